package io.sluice.gateway.access;

import reactor.core.publisher.Mono;

/**
 * Decides who can publish, and where to.
 *
 * <p><b>Ordering:</b> called once per stream, after the stream key was validated and before it is leased. Calls for
 * different streams can be concurrent.
 *
 * <p><b>Threads:</b> called on an event loop, so it must not block; the answer can arrive on any thread.
 *
 * <p><b>Errors:</b> authorization fails closed: after an error, an empty result, or no answer within the configured
 * timeout, the client is refused with {@code authorizer-failed}.
 *
 * <p><b>Ownership:</b> an authorizer is owned by the gateway that it was passed to, which disposes of it when no client
 * can be waiting for an answer any more.
 */
@FunctionalInterface
public interface Authorizer {

    /**
     * Decides about one request. Must not block.
     *
     * @param request the client and the stream key that it wants to publish under
     * @return the decision; subscribed to once, and cancelled when the timeout expires
     */
    Mono<Authorization> authorize(PublishRequest request);

    /**
     * Releases resources such as connections. Called once, on any thread, when the gateway has closed, or some time
     * after it was {@linkplain io.sluice.gateway.Gateway#reconfigure reconfigured} with another authorizer. Must not
     * block. Does nothing by default.
     */
    default void dispose() {}

    /**
     * Allows everyone to publish to the configured outputs.
     *
     * @return an authorizer that never denies
     */
    static Authorizer open() {
        Mono<Authorization> allowed = Mono.just(Authorization.allow());
        return request -> allowed;
    }
}
