package io.sluice.gateway.access;

import io.sluice.protocol.StreamKey;

/**
 * Who wants to publish under which key. Prints without secrets.
 *
 * @param sessionId names the session in the log and to the client
 * @param streamKey the key; prints redacted
 * @param peer who is at the other end
 */
public record PublishRequest(String sessionId, StreamKey streamKey, Peer peer) {}
