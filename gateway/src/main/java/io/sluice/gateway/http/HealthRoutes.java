package io.sluice.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Optional;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRoutes;

/** {@code /health/live}: the process answers. {@code /health/ready}: it takes new streams, else 503 with the reason. */
public final class HealthRoutes {

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
     * @param routes where to
     * @param prefix what comes before the paths: empty, or beginning and not ending with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        add(routes, prefix + "/health/live", Optional::empty);
        add(routes, prefix + "/health/ready", whyNotReady);
    }

    private static void add(HttpServerRoutes routes, String path, Supplier<Optional<String>> whyNot) {
        GetAndHead.add(routes, path, (request, response) -> {
            Optional<String> reason = whyNot.get();
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
