/**
 * Measures what the gateway costs, beside others that do the same work in the same run: see
 * {@link io.sluice.e2e.bench.Benchmark}. Load, sink and floor are C programs in {@code src/bench}, so that what
 * measures costs little of what is measured.
 */
@NullMarked
package io.sluice.e2e.bench;

import org.jspecify.annotations.NullMarked;
