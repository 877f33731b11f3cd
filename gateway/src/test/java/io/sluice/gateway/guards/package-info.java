/**
 * What fails the build when a rule is broken that no single test is about: buffer leaks, blocking calls, the direction
 * of knowledge.
 */
@NullMarked
package io.sluice.gateway.guards;

import org.jspecify.annotations.NullMarked;
