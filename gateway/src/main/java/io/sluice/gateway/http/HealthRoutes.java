package io.sluice.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Health checks. {@code /health/live}: the process answers. {@code /health/ready}, and {@code /health} and
 * {@code /healthz} for probes that expect those: 200 while new streams are accepted, else 503 with the reason.
 */
public final class HealthRoutes {

    private static final List<String> READINESS = List.of("/health/ready", "/health", "/healthz");
    private static final String RETRY_AFTER_SECONDS = "10";

    private final Supplier<Optional<String>> whyNotReady;

    /**
     * Routes for one gateway.
     *
     * @param whyNotReady why no new streams are accepted, without secrets, quotes and backslashes; empty if they are
     */
    public HealthRoutes(Supplier<Optional<String>> whyNotReady) {
        this.whyNotReady = whyNotReady;
    }

    /**
     * Adds the routes.
     *
     * @param routes receives the routes
     * @param prefix precedes the paths: empty, or starts and does not end with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        add(routes, prefix + "/health/live", Optional::empty);
        READINESS.forEach(path -> add(routes, prefix + path, whyNotReady));
    }

    private static void add(HttpServerRoutes routes, String path, Supplier<Optional<String>> problem) {
        GetAndHead.add(routes, path, (request, response) -> {
            Optional<String> reason = problem.get();
            response.status(reason.isEmpty() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE)
                    .header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                    .header(HttpHeaderNames.CACHE_CONTROL, "no-store");
            if (reason.isPresent()) {
                response.header(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS);
            }
            return response.sendString(
                    Mono.just(reason.map(why -> "{\"status\":\"unavailable\",\"reason\":\"" + why + "\"}")
                            .orElse("{\"status\":\"up\"}")));
        });
    }
}
