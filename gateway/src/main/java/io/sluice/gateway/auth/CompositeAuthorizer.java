package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Several authorizers, one of which has to allow. They are called one after another, each with its own timeout, until
 * one allows. If none allows and one of them failed, the result is an error; otherwise it is the first denial.
 */
public final class CompositeAuthorizer implements Authorizer {

    private static final Logger LOG = LoggerFactory.getLogger(CompositeAuthorizer.class);

    private final List<Authorizer> authorizers;
    private final Duration timeout;

    /**
     * Combines authorizers.
     *
     * @param authorizers at least one, the cheapest first; disposed of with this one
     * @param timeout for each of them; the whole can take as many times as long
     */
    public CompositeAuthorizer(List<Authorizer> authorizers, Duration timeout) {
        if (authorizers.isEmpty()) {
            throw new IllegalArgumentException("at least one authorizer is required");
        }
        this.authorizers = List.copyOf(authorizers);
        this.timeout = timeout;
    }

    /** The result of one authorizer: an answer or an error. */
    private record Outcome(
            @Nullable Authorization answer, @Nullable Throwable error) {}

    @Override
    public Mono<Authorization> authorize(PublishRequest request) {
        return Flux.fromIterable(authorizers)
                .concatMap(authorizer -> ask(authorizer, request), 1)
                .takeUntil(outcome -> outcome.answer() instanceof Authorization.Allowed)
                .collectList()
                .flatMap(CompositeAuthorizer::combine);
    }

    @Override
    public void dispose() {
        authorizers.forEach(Authorizer::dispose);
    }

    private Mono<Outcome> ask(Authorizer authorizer, PublishRequest request) {
        return Mono.defer(() -> authorizer.authorize(request))
                .switchIfEmpty(Mono.error(() -> new AuthorizationUnavailableException("the authorizer gave no answer")))
                .timeout(
                        timeout,
                        Mono.error(() -> new AuthorizationUnavailableException(
                                "no answer within " + timeout.toMillis() + " ms")))
                .map(answer -> new Outcome(answer, null))
                .onErrorResume(error -> {
                    LOG.warn("[{}] {}: {}", request.sessionId(), authorizer, String.valueOf(error));
                    return Mono.just(new Outcome(null, error));
                });
    }

    private static Mono<Authorization> combine(List<Outcome> outcomes) {
        Authorization last = outcomes.get(outcomes.size() - 1).answer();
        if (last instanceof Authorization.Allowed) {
            return Mono.just(last);
        }
        return Flux.fromIterable(outcomes)
                .concatMap(
                        outcome -> outcome.error() == null ? Mono.<Authorization>empty() : Mono.error(outcome.error()))
                .next()
                .switchIfEmpty(Mono.justOrEmpty(outcomes.get(0).answer()));
    }
}
