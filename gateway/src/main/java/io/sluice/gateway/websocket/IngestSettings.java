package io.sluice.gateway.websocket;

import io.sluice.gateway.session.SessionContext;
import java.net.InetAddress;
import java.util.Optional;
import reactor.netty.http.server.HttpServerRequest;

/**
 * The settings of a connection and its session, fixed when the connection is accepted. Immutable.
 *
 * @param context what the session shares with other sessions
 * @param origins which pages can connect
 * @param proxies which proxies are trusted to forward the client address
 * @param proxyHeader the header in which they forward it
 */
public record IngestSettings(
        SessionContext context, OriginPolicy origins, TrustedProxies proxies, ProxyHeader proxyHeader) {

    /**
     * The address of the client that sent a request.
     *
     * @param request any request, not only a publisher's
     * @return the address, behind trusted proxies; empty if the transport has none
     */
    public Optional<InetAddress> clientAddress(HttpServerRequest request) {
        return Optional.ofNullable(new ClientRequestResolver(proxies, proxyHeader)
                .resolve(request)
                .peer()
                .internetAddress());
    }
}
