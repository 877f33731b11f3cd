/**
 * The media between source and sink: the queue in which it waits, bounded by the memory it holds, and the header that
 * is kept for sinks that start later.
 *
 * <p>Second station of the data flow, after the WebSocket and before FFmpeg. Everything here is confined to the event
 * loop of the stream.
 */
@NullMarked
package io.sluice.gateway.media;

import org.jspecify.annotations.NullMarked;
