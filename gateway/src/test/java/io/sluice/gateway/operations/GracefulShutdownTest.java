package io.sluice.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.session.ScriptedClient;
import io.sluice.gateway.session.SessionStage;
import io.sluice.gateway.session.SessionState;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.session.StreamSession;
import io.sluice.protocol.Draining;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** How streams fare when their gateway leaves. */
@ExtendWith(NoBufferLeaks.class)
class GracefulShutdownTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final ScriptedClient client = new ScriptedClient();
    private final Sinks.One<DrainReport> report = Sinks.one();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    @SuppressWarnings("NullAway.Init") // Needs the stage.
    private GracefulShutdown departure;

    @BeforeEach
    void open() {
        departure = new GracefulShutdown(stage.streams, () -> SessionStage.PATIENCE);
    }

    private StreamSession live(ScriptedClient who, String key, boolean understands) {
        StreamSession session = stage.negotiated(who);
        stage.open(session, new Open(key, List.of(SessionStage.AUDIO), null, null, null, null, understands));
        Awaitility.await().until(() -> session.status().state() == SessionState.LIVE);
        stage.send(session, SessionStage.recording("webm-opus-audioonly.webm"));
        return session;
    }

    private void leave(Duration drainTime) {
        departure.begin(drainTime).subscribe(report::tryEmitValue);
    }

    private DrainReport report() {
        return Objects.requireNonNull(report.asMono().block(SessionStage.PATIENCE));
    }

    @Test
    void aLiveStreamGoesOnAndTheWaitEndsWithIt() {
        StreamSession session = live(client, SessionStage.KEY, true);
        leave(LONG);
        Awaitility.await().until(() -> client.words().contains(new Draining(LONG.toMillis())));
        assertThat(session.status().state()).isEqualTo(SessionState.LIVE);
        stage.stop(session);
        assertThat(report().toString())
                .isEqualTo("1 streams ended by themselves, 0 were cut in order, 0 had to be forced, 0 are left");
        assertThat(client.lastWord()).isInstanceOf(Ended.class);
    }

    @Test
    void aClientThatDoesNotUnderstandIsToldNothing() {
        StreamSession session = live(client, SessionStage.KEY, false);
        leave(LONG);
        stage.stop(session);
        report();
        assertThat(client.words()).extracting(Object::getClass).containsExactly(Opened.class, Ended.class);
    }

    @Test
    void whoIsStillLiveInTheEndIsCutInOrder() {
        live(client, "live_canary_0123456789", true);
        leave(Duration.ofMillis(300));
        DrainReport cut = report();
        assertThat(cut.cut()).hasSize(1);
        assertThat(cut.inOrder()).isTrue();
        assertThat(cut.toString()).contains("under live…)").doesNotContain("canary");
        Failed failed = (Failed) client.words().get(client.words().size() - 1);
        assertThat(failed.code()).isEqualTo(FailureCode.SHUTTING_DOWN);
        assertThat(failed.retryAfterMs()).isEqualTo(2_000);
        assertThat(stage.endedEvent().outTimeMs()).as("the trailer is written").isPositive();
    }

    @Test
    void whoIsNotLiveYetIsRefusedAtOnceAndToldWhenToTryAgain() {
        stage.withAuthorizer(request -> Mono.never());
        ScriptedClient starting = new ScriptedClient();
        stage.open(stage.negotiated(starting), SessionStage.KEY);
        stage.negotiated(client);
        leave(LONG);
        for (ScriptedClient who : List.of(client, starting)) {
            Awaitility.await().until(() -> !who.words().isEmpty());
            assertThat(who.words()).containsExactly(Failed.of(GracefulShutdown.refusal()));
        }
        assertThat(report().byThemselves()).isZero();
    }

    @Test
    void whoIsInAHurryDoesNotWaitForStreams() {
        live(client, SessionStage.KEY, true);
        leave(LONG);
        assertThat(report.scan(Scannable.Attr.TERMINATED)).isFalse();
        departure.hasten();
        assertThat(report().cut()).hasSize(1);
    }

    @Test
    void whoIsInAGreatHurryDoesNotWaitForTrailersAndIsToldWhoLacksOne() {
        StreamSession session = live(client, SessionStage.KEY, true);
        SessionStage.signal("STOP", SessionStage.onlyChild());
        leave(LONG);
        departure.hasten();
        departure.force();
        DrainReport forced = report();
        assertThat(forced.forced()).extracting(SessionStatus::sessionId).containsExactly(session.id());
        assertThat(forced.inOrder()).isFalse();
        assertThat(forced.cut()).isEmpty();
        stage.awaitEnd(session);
    }

    @Test
    void whatDoesNotEndIsReportedAsLeft() {
        departure = new GracefulShutdown(stage.streams, () -> Duration.ofMillis(200));
        StreamSession session = live(client, SessionStage.KEY, true);
        ProcessHandle ffmpeg = SessionStage.onlyChild();
        SessionStage.signal("STOP", ffmpeg);
        leave(Duration.ZERO);
        assertThat(report().left()).extracting(SessionStatus::sessionId).containsExactly(session.id());
        SessionStage.signal("CONT", ffmpeg);
        stage.awaitEnd(session);
    }

    @Test
    void withoutStreamsNobodyWaits() {
        leave(LONG);
        assertThat(report()).isEqualTo(new DrainReport(0, List.of(), List.of(), List.of()));
    }
}
