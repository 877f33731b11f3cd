package io.sluice.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRoutes;

/** {@code /health/live}: the process answers. {@code /health/ready}: it takes new streams, else 503. */
public final class HealthRoutes {

    private final BooleanSupplier ready;

    /**
     * Routes for one gateway.
     *
     * @param ready whether new streams are accepted
     */
    public HealthRoutes(BooleanSupplier ready) {
        this.ready = ready;
    }

    /**
     * Adds the routes.
     *
     * @param routes where to
     * @param prefix what comes before the paths: empty, or beginning and not ending with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        add(routes, prefix + "/health/live", () -> true);
        add(routes, prefix + "/health/ready", ready);
    }

    private static void add(HttpServerRoutes routes, String path, BooleanSupplier healthy) {
        Reading.add(routes, path, (request, response) -> {
            boolean ok = healthy.getAsBoolean();
            return response.status(ok ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE)
                    .header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                    .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                    .sendString(Mono.just(ok ? "{\"status\":\"up\"}" : "{\"status\":\"unavailable\"}"));
        });
    }
}
