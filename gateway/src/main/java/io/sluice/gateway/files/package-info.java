/**
 * Files that the operator writes: when they have changed, and what stands in them. No media passes here; everything blocks, and is called
 * at start and on threads that may block.
 */
@NullMarked
package io.sluice.gateway.files;

import org.jspecify.annotations.NullMarked;
