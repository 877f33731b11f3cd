package io.sluice.gateway.access;

import io.sluice.protocol.StreamKey;

/**
 * A client's request to publish under a stream key. Immutable; prints without secrets.
 *
 * @param sessionId the id of the session, which the log and the client see too
 * @param streamKey the stream key that the client sent, syntactically valid; prints redacted
 * @param peer the client
 */
public record PublishRequest(String sessionId, StreamKey streamKey, Peer peer) {}
