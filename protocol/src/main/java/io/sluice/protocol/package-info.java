/**
 * The control messages and media types that a client and the gateway exchange, and their JSON.
 *
 * <p>Input from a client is parsed here into a {@link io.sluice.protocol.ClientMessage}, a
 * {@link io.sluice.protocol.StreamKey} and a {@link io.sluice.protocol.MediaFormat}, or into a
 * {@link io.sluice.protocol.Failure}; the gateway's answers are encoded here. Nothing in this package blocks, keeps
 * state or owns a thread: values are immutable, functions run on the caller's thread (in the gateway, the event loop of
 * the client's connection), in time bounded by the size of their input.
 */
@NullMarked
package io.sluice.protocol;

import org.jspecify.annotations.NullMarked;
