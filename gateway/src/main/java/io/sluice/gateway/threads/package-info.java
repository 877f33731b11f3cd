/**
 * Bounded pools for work that may block. Each purpose has a pool of its own, so that work of one kind that hangs cannot
 * take the threads of another.
 */
@NullMarked
package io.sluice.gateway.threads;

import org.jspecify.annotations.NullMarked;
