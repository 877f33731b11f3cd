/**
 * The control messages and media types that a client and the gateway exchange; the only place that knows JSON.
 *
 * <p>It stands before everything else in the path of a stream: what a client says becomes a {@link
 * io.sluice.protocol.ClientMessage}, a {@link io.sluice.protocol.StreamKey} and a {@link
 * io.sluice.protocol.MediaFormat} here, or a {@link io.sluice.protocol.Failure}; what the gateway answers becomes text
 * here. Nothing in this package blocks, keeps state or owns a thread: values are immutable, functions run on the
 * caller's thread (in the gateway, the event loop of that client's connection) and take time bounded by the size of
 * their input.
 */
@NullMarked
package io.sluice.protocol;

import org.jspecify.annotations.NullMarked;
