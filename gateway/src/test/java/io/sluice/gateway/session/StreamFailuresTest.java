package io.sluice.gateway.session;

import static io.sluice.gateway.session.SessionStage.KEY;
import static io.sluice.gateway.session.SessionStage.PATIENCE;
import static io.sluice.gateway.session.SessionStage.limits;
import static io.sluice.gateway.session.SessionStage.onlyChild;
import static io.sluice.gateway.session.SessionStage.recording;
import static io.sluice.gateway.session.SessionStage.signal;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.delivery.OutputState;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Streams that are live and then go wrong. FFmpeg is real, and so is what is done to it. */
@ExtendWith(NoBufferLeaks.class)
class StreamFailuresTest {

    private static final Duration SOON = Duration.ofSeconds(1);

    /** More than the pipe, FFmpeg's queue and the media queue hold together without FFmpeg's help. */
    private static final int MORE_THAN_FITS = 300_000;

    private final byte[] media = recording("webm-opus-audioonly.webm");
    private final ScriptedClient client = new ScriptedClient();

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private StreamSession live() {
        StreamSession session = stage.negotiated(client);
        stage.open(session, KEY);
        Awaitility.await().until(() -> !client.words().isEmpty());
        assertThat(client.words().get(0)).isInstanceOf(Opened.class);
        return session;
    }

    private void assertFailed(StreamSession session, FailureCode code) {
        stage.awaitEnd(session);
        assertThat(client.lastWord()).isEqualTo(code);
        assertThat(client.words()).hasSize(2);
        assertThat(stage.endedEvent().failure()).map(Failure::code).contains(code);
        assertThat(stage.streams.sessions()).isEmpty();
    }

    @Test
    void anFfmpegThatDiesBeforeItsFirstByteHasFailed() {
        stage.withProgram("/bin/false");
        assertFailed(live(), FailureCode.FFMPEG_FAILED);
    }

    private void assertDelivered(StreamSession session, int bytes) {
        stage.awaitEnd(session);
        assertThat(client.lastWord())
                .isInstanceOfSatisfying(
                        Ended.class, ended -> assertThat(ended.acceptedBytes()).isEqualTo(bytes));
        assertThat(stage.endedEvent().failure()).isEmpty();
    }

    @Test
    void anFfmpegThatIsKilledIsReplaced() {
        StreamSession session = live();
        stage.send(session, media, 0, media.length / 2);
        Awaitility.await().until(() -> client.progress().stream().anyMatch(p -> p.acceptedBytes() > 0));
        ProcessHandle killed = onlyChild();
        signal("KILL", killed);
        Awaitility.await().until(() -> SessionStage.children().stream().anyMatch(child -> child.pid() != killed.pid()));
        stage.send(session, media, media.length / 2, media.length);
        stage.stop(session);

        assertDelivered(session, media.length);
    }

    @Test
    void anFfmpegThatIsKilledWhileItsStreamFinishesIsReplaced() {
        StreamSession session = live();
        signal("STOP", onlyChild());
        stage.send(session, media);
        stage.stop(session);
        signal("KILL", onlyChild());

        assertDelivered(session, media.length);
    }

    @Test
    void anFfmpegThatTakesNothingIsReplacedAfterItsTime() {
        stage.withLimits(limits(PATIENCE, PATIENCE, SOON, PATIENCE));
        StreamSession session = stage.negotiated(client);
        stage.open(session, new Open(KEY, List.of("video/webm;codecs=h264,opus"), null, null));
        Awaitility.await().until(() -> !client.words().isEmpty());
        signal("STOP", onlyChild());
        byte[] video = recording("webm-h264-opus.webm");
        stage.send(session, video);
        assertThat(client.pauses()).containsExactly(true);
        Awaitility.await()
                .until(() -> stage.events.stream()
                        .anyMatch(event -> event instanceof SessionEvent.OutputChanged changed
                                && changed.output().state() == OutputState.LIVE
                                && changed.output().restarts() > 0));
        stage.stop(session);

        assertDelivered(session, video.length);
    }

    @Test
    void anFfmpegThatGoesOnInTimeLosesNothing() {
        StreamSession session = live();
        signal("STOP", onlyChild());
        byte[] large = recording("webm-h264-opus.webm");
        stage.send(session, large);
        stage.stop(session);
        assertThat(client.pauses()).containsExactly(true);
        signal("CONT", onlyChild());
        stage.awaitEnd(session);

        assertThat(client.pauses()).startsWith(true, false);
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(large.length);
    }

    @Test
    void aStreamWhoseEndIsNotTakenInTimeIsEndedByForce() {
        stage.withLimits(limits(PATIENCE, PATIENCE, PATIENCE, Duration.ofMillis(300)));
        StreamSession session = live();
        signal("STOP", onlyChild());
        stage.send(session, Arrays.copyOf(media, MORE_THAN_FITS));
        stage.disconnect(session);

        assertFailed(session, FailureCode.STREAM_STALLED);
    }

    @Test
    void aClientThatSendsNothingLosesItsStreamInOrder() {
        stage.withLimits(limits(PATIENCE, SOON, PATIENCE, PATIENCE));
        StreamSession session = live();
        stage.send(session, media);

        assertFailed(session, FailureCode.MEDIA_TIMEOUT);
        assertThat(stage.endedEvent().acceptedBytes()).isEqualTo(media.length);
        assertThat(stage.endedEvent().outTimeMs()).isGreaterThan(8_000);
    }

    @Test
    void aClientThatSendsNothingAtAllIsToldThatAndNotThatItsMediaIsBad() {
        stage.withLimits(limits(PATIENCE, SOON, PATIENCE, PATIENCE));
        assertFailed(live(), FailureCode.MEDIA_TIMEOUT);
    }

    @Test
    void mediaThatIsNotWhatWasOfferedIsToldAsThat() {
        StreamSession session = live();
        stage.send(session, recording("mp4-avc1-opus.mp4"));

        assertFailed(session, FailureCode.UNRECOGNIZED_MEDIA);
    }
}
