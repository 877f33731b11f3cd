package io.sluice.gateway.server;

import io.sluice.gateway.Gateway;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** The server of the admin API, on its own event loop, so that a list of a thousand streams does not delay media. */
final class AdminServer {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

    /**
     * Operators, monitoring and probes need a few connections each. These are checked before any token, so that a
     * client that has none cannot take what the gateway needs.
     */
    private static final ConnectionLimits LIMITS =
            new ConnectionLimits(64, 32, Duration.ofSeconds(10), Duration.ofSeconds(20));

    private static final int MAX_HEADER_BYTES = 8 * 1_024;

    private final DisposableServer server;
    private final LoopResources loop;
    private final String scheme;
    private final PrometheusMeters meters;

    private AdminServer(DisposableServer server, LoopResources loop, String scheme, PrometheusMeters meters) {
        this.meters = meters;
        this.server = server;
        this.loop = loop;
        this.scheme = scheme;
    }

    /**
     * Starts to listen. Blocks until it does.
     *
     * @param gateway the gateway that it shows
     * @param listener where to listen
     * @param tls the gateway's certificate, or null; not used on loopback, where nobody else can read the tokens
     * @throws IOException if it cannot listen
     */
    static AdminServer start(Gateway gateway, AdminListener listener, @Nullable TlsFiles tls) throws IOException {
        boolean local = new InetSocketAddress(listener.host(), 0).getAddress().isLoopbackAddress();
        LoopResources loop = LoopResources.create("sluice-admin", 1, true);
        try {
            ConnectionLimiter limiter = new ConnectionLimiter(
                    "admin API", LIMITS, gateway.descriptors(), address -> false, IDLE_TIMEOUT, true);
            listener.meters().watchConnections("sluice.admin.connections", "admin API's", limiter);
            HttpServer http = limiter.limit(RequestTargetHandler.check(HttpServer.create()));
            DisposableServer server = (tls == null || local ? http : tls.secure(http, address -> false))
                    .host(listener.host())
                    .port(listener.port())
                    .runOn(loop)
                    .idleTimeout(IDLE_TIMEOUT)
                    .httpMessageLogFactory(new RedactedRequestLog())
                    .httpRequestDecoder(decoder -> decoder.maxHeaderSize(MAX_HEADER_BYTES))
                    .route(routes -> gateway.mountAdmin(routes, "", listener.access(), listener.meters()::text))
                    .bindNow();
            return new AdminServer(server, loop, tls == null || local ? "http" : "https", listener.meters());
        } catch (ChannelBindException e) {
            loop.dispose();
            throw new IOException(
                    "cannot listen on " + listener.host() + ":" + listener.port() + ": "
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage()
                            + "; choose another with --admin-host and --admin-port",
                    e);
        }
    }

    void logAddress() {
        InetSocketAddress address = (InetSocketAddress) server.address();
        String host =
                address.getAddress().isAnyLocalAddress() || address.getAddress().isLoopbackAddress()
                        ? "localhost"
                        : address.getHostString();
        LOG.info("Admin API at {}://{}:{}/", scheme, host, server.port());
    }

    /** Completes when it has stopped, after the timeout at the latest. */
    Mono<Void> stop(Duration timeout) {
        return Mono.defer(() -> {
            server.dispose();
            return loop.disposeLater(Duration.ZERO, timeout).doFinally(end -> meters.close());
        });
    }
}
