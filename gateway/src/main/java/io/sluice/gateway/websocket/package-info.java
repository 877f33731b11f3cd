/**
 * The entry point of media: the WebSocket upgrade, the subscription that separates control messages from media, and the
 * only writer to the client.
 *
 * <p>First in the media path. Each connection stays on the event loop that Netty assigned to it; its session, media
 * queue and FFmpeg pipes use the same event loop.
 */
@NullMarked
package io.sluice.gateway.websocket;

import org.jspecify.annotations.NullMarked;
