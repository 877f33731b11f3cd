package io.sluice.gateway.admin;

import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** Who may use the admin API. */
@FunctionalInterface
public interface AdminAccess {

    /**
     * Decides about one request, by its head. Called on an event loop: must not block.
     *
     * @param request the request
     * @return whether it may; an error and no answer refuse it, as nobody can tell
     */
    Mono<Boolean> allows(HttpServerRequest request);
}
