package io.sluice.gateway.admin;

import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** Decides who can use the admin API. */
@FunctionalInterface
public interface AdminAccess {

    /**
     * Decides about one request, before its body is read. Called on an event loop: must not block.
     *
     * @param request the request
     * @return whether the request is allowed; an error and an empty result deny it
     */
    Mono<Boolean> allows(HttpServerRequest request);
}
