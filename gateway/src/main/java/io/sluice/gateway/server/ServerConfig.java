package io.sluice.gateway.server;

import io.sluice.gateway.GatewayBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of the stand-alone server.
 *
 * @param host the address to listen on for publishers
 * @param port the port, or 0 for any free one
 * @param tls the certificate, or null to listen without TLS
 * @param connections the limits of connections
 * @param admin the listener of the admin API, or null for none
 * @param drainTime how long live streams may continue after SIGTERM
 * @param gateway the gateway's configuration
 */
public record ServerConfig(
        String host,
        int port,
        @Nullable TlsFiles tls,
        ConnectionLimits connections,
        @Nullable AdminListener admin,
        Duration drainTime,
        GatewayBuilder gateway) {}
