/**
 * Where a stream's source meets its sink: the one byte-bounded hand-off between the WebSocket, which may drop, and
 * FFmpeg, which may die, and the look at the first bytes of a stream that was not announced.
 *
 * <p>Second station of the data flow, after the WebSocket and before FFmpeg. Everything here is confined to the event
 * loop that reads the WebSocket.
 */
@NullMarked
package io.sluice.gateway.media;

import org.jspecify.annotations.NullMarked;
