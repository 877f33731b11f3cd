package io.sluice.gateway.websocket;

import io.sluice.gateway.session.SessionContext;

/**
 * What holds for a connection that comes now, and for its session to the end. Immutable.
 *
 * @param context what its session shares with others
 * @param origins which pages may connect
 * @param proxies whose word about the client's address is taken
 * @param proxyHeader where they give it
 */
public record IngestSettings(
        SessionContext context, OriginPolicy origins, TrustedProxies proxies, ProxyHeader proxyHeader) {}
