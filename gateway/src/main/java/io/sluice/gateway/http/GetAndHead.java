package io.sluice.gateway.http;

import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/** GET, and with it HEAD, which monitors and link checkers ask: the same answer, of which Netty leaves out the body. */
final class GetAndHead {

    private GetAndHead() {}

    static void add(
            HttpServerRoutes routes,
            String path,
            BiFunction<? super HttpServerRequest, ? super HttpServerResponse, ? extends Publisher<Void>> handler) {
        routes.get(path, handler).head(path, handler);
    }
}
