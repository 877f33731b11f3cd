/**
 * The media between source and sink: the queue in which it waits, bounded by the memory it holds, and the buffer that
 * readers start from in the middle of a stream, at its groups.
 *
 * <p>Second station of the data flow, after the WebSocket and before FFmpeg. Everything here is confined to the event
 * loop of the stream.
 */
@NullMarked
package io.sluice.gateway.media;

import org.jspecify.annotations.NullMarked;
