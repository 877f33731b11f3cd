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
 * Several authorizers, of which one has to allow. They are asked one after the other, each with a deadline of its own, until one does. If
 * none does and one of them could not find out, nobody knows, and that is an error; otherwise the first refusal is the answer.
 */
public final class CompositeAuthorizer implements Authorizer {

    private static final Logger LOG = LoggerFactory.getLogger(CompositeAuthorizer.class);

    private final List<Authorizer> authorizers;
    private final Duration deadline;

    /**
     * Joins authorizers.
     *
     * @param authorizers at least one, the cheapest first
     * @param deadline for each of them; whoever waits for all of them must wait that many times as long
     */
    public CompositeAuthorizer(List<Authorizer> authorizers, Duration deadline) {
        if (authorizers.isEmpty()) {
            throw new IllegalArgumentException("there is no authorizer to ask");
        }
        this.authorizers = List.copyOf(authorizers);
        this.deadline = deadline;
    }

    /** What one of them said: an answer, or why there is none. */
    private record Said(
            @Nullable Authorization answer, @Nullable Throwable error) {}

    @Override
    public Mono<Authorization> authorize(PublishRequest request) {
        return Flux.fromIterable(authorizers)
                .concatMap(authorizer -> ask(authorizer, request), 1)
                .takeUntil(said -> said.answer() instanceof Authorization.Allowed)
                .collectList()
                .flatMap(CompositeAuthorizer::sum);
    }

    @Override
    public void dispose() {
        authorizers.forEach(Authorizer::dispose);
    }

    private Mono<Said> ask(Authorizer authorizer, PublishRequest request) {
        return Mono.defer(() -> authorizer.authorize(request))
                .switchIfEmpty(Mono.error(() -> new AuthorizationUnavailableException("an authorizer gave no answer")))
                .timeout(
                        deadline,
                        Mono.error(() -> new AuthorizationUnavailableException(
                                "no answer within " + deadline.toMillis() + " ms")))
                .map(answer -> new Said(answer, null))
                .onErrorResume(error -> {
                    LOG.warn("[{}] {}: {}", request.sessionId(), authorizer, String.valueOf(error));
                    return Mono.just(new Said(null, error));
                });
    }

    private static Mono<Authorization> sum(List<Said> all) {
        Authorization last = all.get(all.size() - 1).answer();
        if (last instanceof Authorization.Allowed) {
            return Mono.just(last);
        }
        return Flux.fromIterable(all)
                .concatMap(said -> said.error() == null ? Mono.<Authorization>empty() : Mono.error(said.error()))
                .next()
                .switchIfEmpty(Mono.justOrEmpty(all.get(0).answer()));
    }
}
