package io.sluice.gateway.session;

import reactor.core.publisher.Mono;

/**
 * Decides who may publish, and where to.
 *
 * <p>Asked once for each stream, after the key was found well-formed and before it is taken. The answer may come on any thread. An error,
 * an empty answer and none within the configured time refuse the client: the gateway fails closed.
 */
@FunctionalInterface
public interface Authorizer {

    /**
     * Decides about one request. Called on an event loop: must not block.
     *
     * @param request who wants to publish
     * @return the decision
     */
    Mono<Authorization> authorize(PublishRequest request);

    /**
     * Lets everybody publish to the configured outputs.
     *
     * @return an authorizer that never refuses
     */
    static Authorizer open() {
        Mono<Authorization> allowed = Mono.just(Authorization.allow());
        return request -> allowed;
    }
}
