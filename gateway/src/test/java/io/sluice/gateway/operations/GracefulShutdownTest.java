package io.sluice.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.session.ScriptedClient;
import io.sluice.gateway.session.SessionStage;
import io.sluice.gateway.session.SessionState;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.session.StreamSession;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.Draining;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.Scannable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** What happens to streams when their gateway shuts down. */
@ExtendWith(NoBufferLeaks.class)
class GracefulShutdownTest {

    private static final Duration LONG = Duration.ofMinutes(10);

    private final ScriptedClient client = new ScriptedClient();
    private final Sinks.One<DrainReport> reports = Sinks.one();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    @SuppressWarnings("NullAway.Init") // Needs the stage.
    private GracefulShutdown shutdown;

    @BeforeEach
    void open() {
        shutdown = new GracefulShutdown(stage.streams, () -> SessionStage.PATIENCE);
    }

    private StreamSession live(ScriptedClient publisher, String key, boolean understands) {
        StreamSession session = stage.negotiated(publisher);
        stage.open(
                session,
                new Open(
                        key,
                        List.of(SessionStage.AUDIO),
                        null,
                        null,
                        null,
                        null,
                        understands ? Set.of(ClientFeature.DRAINING) : Set.of()));
        Awaitility.await().until(() -> session.status().state() == SessionState.LIVE);
        stage.send(session, SessionStage.recording("webm-opus-audioonly.webm"));
        return session;
    }

    private void shutDown(Duration drainTime) {
        shutdown.start(drainTime).subscribe(reports::tryEmitValue);
    }

    private DrainReport report() {
        return Objects.requireNonNull(reports.asMono().block(SessionStage.PATIENCE));
    }

    @Test
    void aLiveStreamContinuesAndTheDrainEndsWithIt() {
        StreamSession session = live(client, SessionStage.KEY, true);
        shutDown(LONG);
        Awaitility.await().until(() -> client.words().contains(new Draining(LONG.toMillis())));
        assertThat(session.status().state()).isEqualTo(SessionState.LIVE);
        stage.stop(session);
        assertThat(report().toString())
                .isEqualTo("1 streams ended on their own, 0 ended gracefully, 0 ended by force, 0 still running");
        assertThat(client.lastWord()).isInstanceOf(Ended.class);
    }

    @Test
    void aClientThatDoesNotKnowDrainingReceivesNothing() {
        StreamSession session = live(client, SessionStage.KEY, false);
        shutDown(LONG);
        stage.stop(session);
        report();
        assertThat(client.words()).extracting(Object::getClass).containsExactly(Opened.class, Ended.class);
    }

    @Test
    void streamsThatAreStillLiveAfterTheDrainTimeEndGracefully() {
        live(client, "live_canary_0123456789", true);
        shutDown(Duration.ofMillis(300));
        DrainReport report = report();
        assertThat(report.endedGracefully()).hasSize(1);
        assertThat(report.isGraceful()).isTrue();
        assertThat(report.toString()).contains("under live…)").doesNotContain("canary");
        Failed failed = (Failed) client.words().get(client.words().size() - 1);
        assertThat(failed.code()).isEqualTo(FailureCode.SHUTTING_DOWN);
        assertThat(failed.retryAfterMs()).isEqualTo(2_000);
        assertThat(stage.endedEvent().outTimeMs()).as("the trailer is written").isPositive();
    }

    @Test
    void sessionsThatAreNotLiveYetAreRefusedWithARetryTime() {
        stage.withAuthorizer(request -> Mono.never());
        ScriptedClient starting = new ScriptedClient();
        stage.open(stage.negotiated(starting), SessionStage.KEY);
        stage.negotiated(client);
        shutDown(LONG);
        for (ScriptedClient publisher : List.of(client, starting)) {
            Awaitility.await().until(() -> !publisher.words().isEmpty());
            assertThat(publisher.words()).containsExactly(Failed.of(GracefulShutdown.refusal()));
        }
        assertThat(report().endedOnTheirOwn()).isZero();
    }

    @Test
    void skippingTheDrainTimeEndsStreamsNow() {
        live(client, SessionStage.KEY, true);
        shutDown(LONG);
        assertThat(reports.scan(Scannable.Attr.TERMINATED)).isFalse();
        shutdown.skipDrain();
        assertThat(report().endedGracefully()).hasSize(1);
    }

    @Test
    void forceDoesNotWaitForTrailersAndReportsTheStreams() {
        StreamSession session = live(client, SessionStage.KEY, true);
        SessionStage.signal("STOP", SessionStage.onlyChild());
        shutDown(LONG);
        shutdown.skipDrain();
        shutdown.force();
        DrainReport report = report();
        assertThat(report.endedByForce()).extracting(SessionStatus::sessionId).containsExactly(session.id());
        assertThat(report.isGraceful()).isFalse();
        assertThat(report.endedGracefully()).isEmpty();
        stage.awaitEnd(session);
    }

    @Test
    void streamsThatDoNotEndAreReportedAsStillRunning() {
        shutdown = new GracefulShutdown(stage.streams, () -> Duration.ofMillis(200));
        StreamSession session = live(client, SessionStage.KEY, true);
        ProcessHandle ffmpeg = SessionStage.onlyChild();
        SessionStage.signal("STOP", ffmpeg);
        shutDown(Duration.ZERO);
        assertThat(report().stillRunning()).extracting(SessionStatus::sessionId).containsExactly(session.id());
        SessionStage.signal("CONT", ffmpeg);
        stage.awaitEnd(session);
    }

    @Test
    void withoutStreamsThereIsNothingToWaitFor() {
        shutDown(LONG);
        assertThat(report()).isEqualTo(new DrainReport(0, List.of(), List.of(), List.of(), List.of()));
    }
}
