package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.session.SessionRegistry.Lease;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

class SessionRegistryTest {

    private static final StreamKey KEY = SessionStage.key("a-key");
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final SessionRegistry streams = new SessionRegistry();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private final Map<String, StreamSession> sessions = new ConcurrentHashMap<>();

    /** A session that negotiates. */
    private StreamSession session(String name) {
        return sessions.computeIfAbsent(name, unused -> stage.negotiated(new ScriptedClient()));
    }

    private void end(String name) {
        stage.disconnect(session(name));
    }

    private Mono<Result<Lease>> acquire(String name) {
        return streams.acquire(KEY, session(name), PATIENCE);
    }

    private Lease lease(String session) {
        return acquire(session).map(Result::orElseThrow).blockOptional().orElseThrow();
    }

    private static boolean isInUse(Result<Lease> parsed) {
        return parsed instanceof Result.Refused<Lease> refused
                && refused.failure().code() == FailureCode.STREAM_KEY_IN_USE;
    }

    @Test
    void aKeyIsTakenWithEachOtherNameOfItsStream() {
        Lease lease = lease("first");
        for (String other : List.of("a-key?i1", "a-key?", "mp4:a-key")) {
            StreamKey key = SessionStage.key(other);
            assertThat(streams.acquire(key, session("second"), PATIENCE).blockOptional())
                    .hasValueSatisfying(result -> assertThat(isInUse(result)).isTrue());
            assertThat(streams.sessionOf(key)).contains(session("first"));
        }
        lease.release();
        assertThat(streams.acquire(SessionStage.key("a-key?i2"), session("second"), PATIENCE)
                        .blockOptional())
                .hasValueSatisfying(result -> assertThat(result).isInstanceOf(Result.Ok.class));
        StepVerifier.create(acquire("third"))
                .expectNextMatches(SessionRegistryTest::isInUse)
                .verifyComplete();
    }

    @Test
    void aFreeKeyIsTakenOnce() {
        lease("first");
        StepVerifier.create(acquire("second"))
                .expectNextMatches(SessionRegistryTest::isInUse)
                .verifyComplete();
        assertThat(streams.sessionOf(KEY)).contains(session("first"));
        assertThat(streams.sessionOf(SessionStage.key("another"))).isEmpty();
    }

    @Test
    void nothingIsTakenBeforeSomebodySubscribes() {
        Mono<Result<Lease>> cold = acquire("first");
        assertThat(streams.sessionOf(KEY)).isEmpty();
        cold.block();
        assertThat(streams.sessionOf(KEY)).contains(session("first"));
    }

    @Test
    void aKeyThatIsGivenBackIsFree() {
        lease("first").release();
        assertThat(streams.sessionOf(KEY)).isEmpty();
        lease("second");
    }

    @Test
    void aKeyThatIsGivenBackTwiceIsNotTakenFromItsNextHolder() {
        Lease first = lease("first");
        first.release();
        lease("second");
        first.release();
        assertThat(streams.sessionOf(KEY)).contains(session("second"));
    }

    @Test
    void theKeyOfAnEndingStreamIsWaitedFor() {
        Lease first = lease("first");
        end("first");
        StepVerifier.create(acquire("second"))
                .expectSubscription()
                .then(() -> assertThat(streams.sessionOf(KEY)).contains(session("first")))
                .then(first::release)
                .expectNextMatches(parsed -> !isInUse(parsed))
                .verifyComplete();
        assertThat(streams.sessionOf(KEY)).contains(session("second"));
    }

    @Test
    void theWaitForAnEndingStreamIsBounded() {
        lease("first");
        end("first");
        StepVerifier.withVirtualTime(() -> acquire("second"))
                .expectSubscription()
                .expectNoEvent(PATIENCE.minusMillis(1))
                .thenAwait(Duration.ofMillis(1))
                .expectNextMatches(SessionRegistryTest::isInUse)
                .verifyComplete();
    }

    @Test
    void ofAllWhoWaitOneGetsTheKey() {
        Lease first = lease("first");
        end("first");
        List<Result<Lease>> answers = Flux.fromStream(IntStream.range(0, 20).boxed())
                .flatMap(i -> acquire("waiter " + i), 20)
                .doOnSubscribe(s -> Schedulers.parallel().schedule(first::release))
                .collectList()
                .blockOptional(PATIENCE)
                .orElseThrow();
        assertThat(answers).hasSize(20);
        assertThat(answers).filteredOn(parsed -> !isInUse(parsed)).hasSize(1);
    }

    @Test
    void aRaceForAKeyHasOneWinner() {
        for (int round = 0; round < 200; round++) {
            StreamKey key = SessionStage.key("key-" + round);
            List<Result<Lease>> answers = Flux.range(0, 4)
                    .flatMap(
                            i -> streams.acquire(key, session("s" + i), PATIENCE)
                                    .subscribeOn(Schedulers.parallel()),
                            4)
                    .collectList()
                    .blockOptional(PATIENCE)
                    .orElseThrow();
            assertThat(answers).filteredOn(parsed -> !isInUse(parsed)).hasSize(1);
        }
    }

    @Test
    void theRefusalSaysWhatToDoAndNotTheKey() {
        lease("first");
        Failure failure = acquire("second")
                .map(parsed -> ((Result.Refused<Lease>) parsed).failure())
                .blockOptional()
                .orElseThrow();
        assertThat(failure.message()).contains("End it first").doesNotContain(KEY.value());
    }
}
