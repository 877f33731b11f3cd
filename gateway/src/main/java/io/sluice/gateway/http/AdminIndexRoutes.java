package io.sluice.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * The admin API's description of itself: a list of its endpoints at {@code /}, and {@code /openapi.yaml}. Both are the
 * same for every gateway, so they need no token.
 */
public final class AdminIndexRoutes {

    private static final String OPENAPI = "openapi.yaml";
    private static final String HEAD = """
            Sluice %s, admin API. Description: %s/openapi.yaml

            With a token (Authorization: Bearer TOKEN, from --admin-token-file):
              GET    %s/api/streams        all streams
              GET    %s/api/streams/ID     one stream
              DELETE %s/api/streams/ID     end one stream
              POST   %s/api/streams/end    end all streams under a stream key
            """;
    private static final String METRICS = "  GET    %s/metrics            metrics for Prometheus\n";
    private static final String HEALTH = """

            Without a token:
              GET    %s/health/ready       200 while new streams are accepted
              GET    %s/health/live        200 while the process answers
            """;

    private final String version;
    private final boolean hasMetrics;

    /**
     * Routes for one gateway.
     *
     * @param version the program's version
     * @param hasMetrics whether there is {@code /metrics}
     */
    public AdminIndexRoutes(String version, boolean hasMetrics) {
        this.version = version;
        this.hasMetrics = hasMetrics;
    }

    /**
     * Adds the routes.
     *
     * @param routes receives the routes
     * @param prefix precedes the paths: empty, or starts and does not end with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        String index = HEAD.formatted(version, prefix, prefix, prefix, prefix, prefix)
                + (hasMetrics ? METRICS.formatted(prefix) : "")
                + HEALTH.formatted(prefix, prefix);
        add(routes, prefix + "/", "text/plain; charset=utf-8", index);
        add(routes, prefix + "/" + OPENAPI, "application/yaml", description());
    }

    private static void add(HttpServerRoutes routes, String path, String type, String body) {
        GetAndHead.add(
                routes,
                path,
                (request, response) -> response.header(HttpHeaderNames.CONTENT_TYPE, type)
                        .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .header("X-Content-Type-Options", "nosniff")
                        .sendString(Mono.just(body)));
    }

    /** The build copies docs/openapi.yaml next to this class. */
    private static String description() {
        try (InputStream file = AdminIndexRoutes.class.getResourceAsStream(OPENAPI)) {
            return new String(Objects.requireNonNull(file, OPENAPI).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
