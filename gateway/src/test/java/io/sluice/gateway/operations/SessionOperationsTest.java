package io.sluice.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.session.ScriptedClient;
import io.sluice.gateway.session.SessionEvent;
import io.sluice.gateway.session.SessionStage;
import io.sluice.gateway.session.SessionState;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.session.StreamSession;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Inspecting and ending sessions. */
@ExtendWith(NoBufferLeaks.class)
class SessionOperationsTest {

    private static final String TOKEN = "a-token-in-place-of-the-key";

    private final ScriptedClient client = new ScriptedClient();
    private final Sinks.One<Authorization> lateAnswer = Sinks.one();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private SessionOperations operations() {
        return new SessionOperations(stage.streams, () -> SessionStage.PATIENCE);
    }

    private StreamSession live() {
        StreamSession session = stage.negotiated(client);
        stage.open(session, SessionStage.KEY);
        Awaitility.await().until(() -> session.status().state() == SessionState.LIVE);
        stage.send(session, SessionStage.recording("webm-opus-audioonly.webm"));
        return session;
    }

    private String lastMessage() {
        Failed failed = (Failed) client.words().get(client.words().size() - 1);
        assertThat(failed.code()).isEqualTo(FailureCode.ENDED_BY_OPERATOR);
        return failed.message();
    }

    @Test
    void aSessionIsSeenInEachOfItsPhases() {
        stage.withAuthorizer(request -> lateAnswer.asMono());
        StreamSession session = stage.negotiated(client);
        assertThat(session.status().state()).isEqualTo(SessionState.NEGOTIATING);
        assertThat(session.status().streamKey()).isNull();
        stage.open(session, SessionStage.KEY);
        assertThat(session.status().state()).isEqualTo(SessionState.STARTING);
        assertThat(session.status().streamKey()).isEqualTo(SessionStage.key(SessionStage.KEY));
        lateAnswer.tryEmitValue(Authorization.allow());
        Awaitility.await().until(() -> session.status().state() == SessionState.LIVE);
        assertThat(Objects.requireNonNull(session.status().media()).outputs())
                .extracting(OutputStatus::name)
                .containsExactly("preview");
        stage.send(session, SessionStage.recording("webm-opus-audioonly.webm"));
        stage.stop(session);
        stage.awaitEnd(session);
        assertThat(session.status().state()).isEqualTo(SessionState.CLOSED);
        assertThat(session.status().failure()).isEmpty();
        assertThat(session.status().forced()).isFalse();
        assertThat(operations().sessions()).isEmpty();
    }

    @Test
    void anEndIsGracefulAndSentToTheClientLast() {
        StreamSession session = live();
        SessionStatus ended =
                Objects.requireNonNull(operations().end(session.id(), "Enough").block(SessionStage.PATIENCE));
        assertThat(ended.state()).isEqualTo(SessionState.CLOSED);
        assertThat(ended.forced()).isFalse();
        assertThat(Objects.requireNonNull(ended.media()).progress().acceptedBytes())
                .isEqualTo(SessionStage.recording("webm-opus-audioonly.webm").length);
        assertThat(lastMessage()).isEqualTo("The operator ended this stream: Enough");
        assertThat(stage.endedEvent().outTimeMs()).isPositive();
    }

    @Test
    void anEndThatTakesTooLongIsNotWaitedFor() {
        StreamSession session = live();
        ProcessHandle ffmpeg = SessionStage.onlyChild();
        SessionStage.signal("STOP", ffmpeg);
        SessionStatus asked = Objects.requireNonNull(new SessionOperations(stage.streams, () -> Duration.ofMillis(100))
                .end(session.id(), "")
                .block(SessionStage.PATIENCE));
        assertThat(asked.state()).isEqualTo(SessionState.FINISHING);
        SessionStage.signal("CONT", ffmpeg);
        stage.awaitEnd(session);
        assertThat(lastMessage()).isEqualTo("The operator ended this stream. Contact them before you go live again.");
    }

    @Test
    void anEndThatHadToBeForcedIsSeenToHaveBeen() {
        stage.withLimits(SessionStage.limits(
                SessionStage.PATIENCE, SessionStage.PATIENCE, SessionStage.PATIENCE, Duration.ofMillis(200)));
        StreamSession session = live();
        SessionStage.signal("STOP", SessionStage.onlyChild());
        SessionStatus ended =
                Objects.requireNonNull(operations().end(session.id(), "").block(SessionStage.PATIENCE));
        assertThat(ended.state()).isEqualTo(SessionState.CLOSED);
        assertThat(ended.forced()).isTrue();
        assertThat(ended.failure().orElseThrow().code()).isEqualTo(FailureCode.ENDED_BY_OPERATOR);
    }

    @Test
    void anUnknownSessionIsNotEnded() {
        live();
        assertThat(operations().end("000000000000", "").block(SessionStage.PATIENCE))
                .isNull();
        assertThat(operations().session("000000000000")).isEmpty();
        assertThat(operations().sessions()).hasSize(1);
        assertThat(operations()
                        .end(SessionStage.key("another-key"), "")
                        .collectList()
                        .block(SessionStage.PATIENCE))
                .isEmpty();
        assertThat(operations()
                        .end(SessionStage.key(SessionStage.KEY), "")
                        .collectList()
                        .block(SessionStage.PATIENCE))
                .hasSize(1);
    }

    @Test
    void aStreamIsFoundByTheKeyThatItsTokenStandsFor() {
        stage.withAuthorizer(request ->
                Mono.just(new Authorization.Allowed(List.of(), SessionStage.key(SessionStage.KEY), null, null)));
        StreamSession session = stage.negotiated(client);
        stage.open(session, TOKEN);
        Awaitility.await().until(() -> session.status().state() == SessionState.LIVE);
        assertThat(operations()
                        .end(SessionStage.key(SessionStage.KEY), "")
                        .collectList()
                        .block(SessionStage.PATIENCE))
                .singleElement()
                .extracting(SessionStatus::state)
                .isEqualTo(SessionState.CLOSED);
    }

    @Test
    void aStreamThatWaitsForAuthorizationIsEndedToo() {
        stage.withAuthorizer(request -> lateAnswer.asMono());
        StreamSession session = stage.negotiated(client);
        stage.open(session, SessionStage.KEY);
        Mono<List<SessionStatus>> end =
                operations().end(SessionStage.key(SessionStage.KEY), "").collectList();
        Sinks.One<List<SessionStatus>> ended = Sinks.one();
        end.subscribe(ended::tryEmitValue);
        lateAnswer.tryEmitValue(Authorization.allow());
        assertThat(ended.asMono().block(SessionStage.PATIENCE))
                .singleElement()
                .extracting(SessionStatus::state)
                .isEqualTo(SessionState.CLOSED);
        assertThat(client.lastWord()).isEqualTo(FailureCode.ENDED_BY_OPERATOR);
        assertThat(stage.events).singleElement().isInstanceOfSatisfying(SessionEvent.Refused.class, refused -> {
            assertThat(refused.failure().code()).isEqualTo(FailureCode.ENDED_BY_OPERATOR);
            assertThat(refused.streamKey()).isEqualTo(SessionStage.key(SessionStage.KEY));
        });
    }

    @ParameterizedTest
    @CsvSource({
        "'a\nb\r\tc', 'a b  c'",
        "'\u001b[31mred\u202e', '[31mred'",
        "'Zu laut, 音が大きい 🎥', 'Zu laut, 音が大きい 🎥'",
        "'the key a-stream-key is gone', 'the key … is gone'",
    })
    void aReasonIsOneLineWithoutKeys(String reason, String line) {
        StreamSession session = live();
        operations().end(session.id(), reason).block(SessionStage.PATIENCE);
        assertThat(lastMessage()).isEqualTo("The operator ended this stream: " + line);
    }
}
