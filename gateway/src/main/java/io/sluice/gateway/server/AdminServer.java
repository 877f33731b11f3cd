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

/** The listener for operators, with an event loop of its own: a list of a thousand streams must not hold up anybody's media. */
final class AdminServer {

    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_HEADER_BYTES = 8 * 1_024;

    private final DisposableServer server;
    private final LoopResources loop;
    private final String scheme;

    private AdminServer(DisposableServer server, LoopResources loop, String scheme) {
        this.server = server;
        this.loop = loop;
        this.scheme = scheme;
    }

    /**
     * Listens. Blocks until it does.
     *
     * @param tls what the gateway listens with; used beyond loopback, where a token in the clear could be read
     * @throws IOException if it cannot
     */
    static AdminServer start(Gateway gateway, AdminListener place, @Nullable TlsFiles tls) throws IOException {
        boolean local = new InetSocketAddress(place.host(), 0).getAddress().isLoopbackAddress();
        LoopResources loop = LoopResources.create("sluice-admin", 1, true);
        try {
            HttpServer http = HttpServer.create();
            DisposableServer server = (tls == null || local ? http : http.secure(tls.provider()))
                    .host(place.host())
                    .port(place.port())
                    .runOn(loop)
                    .idleTimeout(IDLE_TIMEOUT)
                    .requestTimeout(READ_TIMEOUT)
                    .httpRequestDecoder(decoder -> decoder.maxHeaderSize(MAX_HEADER_BYTES))
                    .route(routes -> gateway.mountAdmin(routes, "", place.access(), place.meters()::text))
                    .bindNow();
            if (tls == null && !local) {
                LOG.warn(
                        "The tokens of operators cross the network in the clear: --admin-host is not loopback, and there is no --tls-cert");
            }
            return new AdminServer(server, loop, tls == null || local ? "http" : "https");
        } catch (ChannelBindException e) {
            loop.dispose();
            throw new IOException(
                    "cannot listen on " + place.host() + ":" + place.port() + ": "
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage()
                            + "; choose another with --admin-host and --admin-port",
                    e);
        }
    }

    /** Where it is. */
    void sayWhere() {
        InetSocketAddress address = (InetSocketAddress) server.address();
        String host =
                address.getAddress().isAnyLocalAddress() || address.getAddress().isLoopbackAddress()
                        ? "localhost"
                        : address.getHostString();
        LOG.info("Operators at {}://{}:{}/api/streams and /metrics", scheme, host, server.port());
    }

    /** Completes when nothing is left of it, after this time at most. */
    Mono<Void> stop(Duration timeout) {
        return Mono.defer(() -> {
            server.dispose();
            return loop.disposeLater(Duration.ZERO, timeout);
        });
    }
}
