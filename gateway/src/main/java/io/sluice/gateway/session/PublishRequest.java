package io.sluice.gateway.session;

import io.sluice.protocol.StreamKey;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to publish under which key.
 *
 * @param sessionId names the session in the log and to the client
 * @param streamKey the key; prints redacted
 * @param remoteAddress the peer of the connection, or null where the transport has none
 */
public record PublishRequest(
        String sessionId, StreamKey streamKey, @Nullable SocketAddress remoteAddress) {}
