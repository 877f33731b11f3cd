package io.sluice.gateway.websocket;

import io.sluice.gateway.session.SessionContext;

/**
 * The settings of a connection and its session, fixed when the connection is accepted. Immutable.
 *
 * @param context what the session shares with other sessions
 * @param origins which pages can connect
 * @param proxies which proxies are trusted to forward the client address
 * @param proxyHeader the header in which they forward it
 */
public record IngestSettings(
        SessionContext context, OriginPolicy origins, TrustedProxies proxies, ProxyHeader proxyHeader) {}
