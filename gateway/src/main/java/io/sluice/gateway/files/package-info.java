/**
 * Files: detecting changes, reading text and YAML that the operator writes, the gateway's work directory, deleting
 * trees. No media passes through here. Everything blocks; call it at start or on threads that may block.
 */
@NullMarked
package io.sluice.gateway.files;

import org.jspecify.annotations.NullMarked;
