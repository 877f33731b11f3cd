/**
 * The way of a stream's media from the replay buffer to its outputs: one supervised FFmpeg for each, which is started
 * again when it or its server fails, while the others go on. Confined to the stream's event loop.
 */
@NullMarked
package io.sluice.gateway.delivery;

import org.jspecify.annotations.NullMarked;
