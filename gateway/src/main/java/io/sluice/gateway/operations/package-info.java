/**
 * What an operator does with the sessions of a gateway: inspect them, end them, shut down gracefully. Thread-safe; the
 * work itself happens on the sessions' event loops.
 */
@NullMarked
package io.sluice.gateway.operations;

import org.jspecify.annotations.NullMarked;
