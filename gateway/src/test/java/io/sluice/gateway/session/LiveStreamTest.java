package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.gateway.access.Peer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.admission.StreamLimits;
import io.sluice.gateway.ffmpeg.run.FfmpegOutcome;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.media.MediaQueue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Who is told how often, of a real FFmpeg. For the timers, time passes as the test says; all runs on the stage's loop. */
@ExtendWith(NoBufferLeaks.class)
class LiveStreamTest {

    private final ScriptedClient client = new ScriptedClient();
    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final Sinks.One<FfmpegOutcome> outcome = Sinks.one();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    @SuppressWarnings("NullAway.Init") // Needs the folder.
    private SessionStage stage;

    @BeforeEach
    void open() {
        stage = new SessionStage(folder);
        clock.freezeTime();
    }

    @AfterEach
    void close() {
        stage.close();
        clock.close();
    }

    private LiveStream live(Duration reportInterval) {
        PublishRequest request = new PublishRequest("a-session", SessionStage.key(SessionStage.KEY), Peer.at(null));
        RunningStream running = Objects.requireNonNull(
                        new StartSequence(stage.context(), request, stage.loop, key -> {})
                                .start(Mono.just(OfferNegotiation.ofMimeType(SessionStage.AUDIO)))
                                .block(SessionStage.PATIENCE))
                .orElseThrow();
        return stage.onLoop(() -> {
            LiveStream live = new LiveStream(
                    clock.eventLoop(),
                    SessionStage.LIMITS,
                    new StreamQuota(StreamLimits.defaults(), 1_000_000, null, System.nanoTime()),
                    reportInterval,
                    running,
                    new MediaQueue(stage.loop, 32_768, 131_072, paused -> {}),
                    new SessionReporter(
                            client,
                            stage.events::add,
                            request,
                            new SessionStatusPublisher("a-session", Peer.at(null), true)),
                    outcome::tryEmitValue);
            live.begin();
            return live;
        });
    }

    private void pass(Duration time) {
        stage.onLoop(() -> {
            clock.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
            clock.runScheduledPendingTasks();
        });
    }

    private void end(LiveStream live) {
        stage.onLoop(() -> live.finish(Optional.empty()));
        assertThat(outcome.asMono().block(SessionStage.PATIENCE)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"100, 100", "250, 40", "1000, 10", "3000, 3", "10000, 1"})
    void theClientIsToldInItsOwnIntervalAndTheListenerEverySecond(int intervalMs, int reports) {
        LiveStream live = live(Duration.ofMillis(intervalMs));
        pass(Duration.ofSeconds(10));

        assertThat(client.progress()).hasSize(reports);
        assertThat(stage.events).hasSize(10).hasOnlyElementsOfType(SessionEvent.Progressed.class);
        end(live);
    }

    @Test
    void theFirstReportComesAfterOneIntervalOrEarlierByAFractionOfASecond() {
        LiveStream live = live(Duration.ofMillis(250));
        pass(Duration.ofMillis(199));
        assertThat(client.progress()).isEmpty();
        pass(Duration.ofMillis(51));
        assertThat(client.progress()).hasSize(1);
        end(live);
    }

    @Test
    void reportsComeWhenThoseOfOtherStreamsDo() {
        pass(Duration.ofMillis(13));
        LiveStream live = live(Duration.ofMillis(250));
        for (int millis = 0; millis < 250 && client.progress().isEmpty(); millis++) {
            pass(Duration.ofMillis(1));
        }
        assertThat(client.progress()).hasSize(1);
        assertThat(clock.eventLoop().ticker().nanoTime() % Duration.ofMillis(50).toNanos())
                .isLessThan(Duration.ofMillis(1).toNanos());
        end(live);
    }

    @Test
    void aStreamThatIsOverReportsNothing() {
        LiveStream live = live(Duration.ofMillis(100));
        pass(Duration.ofMillis(100));
        end(live);
        pass(Duration.ofSeconds(10));

        assertThat(client.progress()).hasSize(1);
        assertThat(stage.events).isEmpty();
    }
}
