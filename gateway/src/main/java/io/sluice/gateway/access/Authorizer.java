package io.sluice.gateway.access;

import reactor.core.publisher.Mono;

/**
 * Decides who may publish, and where to.
 *
 * <p>Asked once for each stream, after the key was found well-formed and before it is taken. The answer may come on any thread. An error,
 * an empty answer and none within the configured time refuse the client: the gateway fails closed.
 *
 * <p>An authorizer belongs to the gateway that it was given to, which disposes of it when nobody can ask it any more.
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
     * Gives back what it holds, such as connections. Called once, when the gateway has closed, or a while after it was
     * {@linkplain io.sluice.gateway.Gateway#reconfigure reconfigured} with another; on any thread, must not block. Does nothing by default.
     */
    default void dispose() {}

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
