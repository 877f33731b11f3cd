package io.sluice.gateway.http;

import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * Routes for GET and for HEAD, which monitors and link checkers use: the same response, of which Netty omits the body.
 */
final class GetAndHead {

    private GetAndHead() {}

    static void add(
            HttpServerRoutes routes,
            String path,
            BiFunction<? super HttpServerRequest, ? super HttpServerResponse, ? extends Publisher<Void>> handler) {
        routes.get(path, handler).head(path, handler);
    }
}
