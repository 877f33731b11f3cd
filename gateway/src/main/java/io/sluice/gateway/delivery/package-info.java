/**
 * How a stream's outputs are kept alive: what follows when a run of FFmpeg has ended. Confined to the stream's event
 * loop.
 */
@NullMarked
package io.sluice.gateway.delivery;

import org.jspecify.annotations.NullMarked;
