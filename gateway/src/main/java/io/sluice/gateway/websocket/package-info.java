/**
 * Where media enters: the upgrade, the one subscription that splits control messages from media, and the one writer to the client.
 *
 * <p>First station of the data flow. Each connection lives on the event loop that Netty gave it, and its session, its hand-off and its
 * FFmpeg's pipes join it there.
 */
@NullMarked
package io.sluice.gateway.websocket;

import org.jspecify.annotations.NullMarked;
