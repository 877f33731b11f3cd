package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.Media;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.wire.Incoming;
import io.sluice.protocol.Progress;
import io.sluice.protocol.TrackHandling;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that a real Chromium records, all at once and at its own pace, from the WebSocket to the RTMP receiver.
 */
final class EveryRecordingTest {

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static final List<String> RECORDINGS = List.of(
            "webm-h264-opus.webm",
            "webm-h264-opus-1bytefirst.webm",
            "webm-h264-opus-2500k.webm",
            "webm-h264-videoonly.webm",
            "webm-opus-audioonly.webm",
            "webm-vp8-opus.webm",
            "webm-vp9-opus.webm",
            "webm-av1-opus.webm",
            "mp4-avc1-opus.mp4",
            "mp4-avc1-opus-defaultgop.mp4");

    private static GatewayProcess gateway;
    private static List<Broadcast> broadcasts = List.of();

    @BeforeAll
    static void allGoLiveAtOnce() {
        NginxReceiver nginx = STAGE.nginx();
        gateway = STAGE.gateway("--publish", nginx.publishUrl()).start();
        List<Callable<Broadcast>> work = RECORDINGS.stream()
                .map(Recording::named)
                .<Callable<Broadcast>>map(recording ->
                        () -> Broadcast.of(gateway, nginx, STAGE.key(recording.name()), recording, Pace.ITS_OWN))
                .toList();
        broadcasts = Together.doAll(Publisher.SOON.multipliedBy(2), work);
    }

    static Stream<Broadcast> all() {
        return broadcasts.stream();
    }

    static Stream<Broadcast> withBoth() {
        return all().filter(broadcast -> broadcast.sent().media().tracks().size() == 2);
    }

    static Stream<Broadcast> transcoded() {
        return all().filter(broadcast -> broadcast.opened().video() == TrackHandling.TRANSCODE);
    }

    @ParameterizedTest
    @MethodSource("all")
    void arrivesFromTheFirstFrameToTheLast(Broadcast broadcast) {
        broadcast.assertWhole();
    }

    @ParameterizedTest
    @MethodSource("all")
    void isCopiedWhereTheReceiverTakesItAsItIs(Broadcast broadcast) {
        Media before = broadcast.sent().media();
        TrackHandling video = before.find("video")
                .map(track -> track.codec().equals("h264") ? TrackHandling.COPY : TrackHandling.TRANSCODE)
                .orElse(null);
        assertThat(broadcast.opened().video()).isEqualTo(video);
        // A type that names no audio codec may have audio all the same, so audio is never ruled out.
        assertThat(broadcast.opened().audio()).isEqualTo(TrackHandling.TRANSCODE);
        assertThat(broadcast.opened().mimeType()).isEqualTo(broadcast.sent().mimeType());
    }

    @ParameterizedTest
    @MethodSource("transcoded")
    void hasKeyFramesEveryTwoSecondsWhenTranscoded(Broadcast broadcast) {
        assertThat(Media.in(broadcast.received()).video().longestKeyFrameIntervalSeconds())
                .isLessThanOrEqualTo(2.04);
    }

    @ParameterizedTest
    @MethodSource("withBoth")
    void keepsPictureAndSoundTogether(Broadcast broadcast) {
        Media after = Media.in(broadcast.received());
        assertThat(after.video().firstSeconds()).isCloseTo(0, within(0.1));
        List<Double> before = broadcast.sent().media().beeps();
        assertThat(before).hasSizeGreaterThan(10);
        assertThat(after.beeps())
                .hasSameSizeAs(before)
                .zipSatisfy(before, (now, then) -> assertThat(now).isCloseTo(then, within(0.015)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void isToldOfItsProgressEverySecond(Broadcast broadcast) {
        List<Progress> progress = broadcast.heard().all(Progress.class);
        List<Long> times = broadcast.heard().timesOf(Progress.class);
        assertThat(progress).hasSizeGreaterThanOrEqualTo(6);
        assertThat(progress).isSortedAccordingTo((a, b) -> Long.compare(a.acceptedBytes(), b.acceptedBytes()));
        assertThat(progress).isSortedAccordingTo((a, b) -> Long.compare(a.outTimeMs(), b.outTimeMs()));
        for (int i = 1; i < times.size(); i++) {
            assertThat(Duration.ofNanos(times.get(i) - times.get(i - 1)))
                    .isBetween(Duration.ofMillis(300), Duration.ofMillis(2_500));
        }
        assertThat(broadcast.ended().outTimeMs() / 1000.0)
                .isCloseTo(broadcast.sent().media().tracks().get(0).lengthSeconds(), within(0.2));
    }

    @ParameterizedTest
    @MethodSource("all")
    void isClosedNormallyAfterTheLastWord(Broadcast broadcast) {
        assertThat(broadcast.heard().all(Incoming.Close.class))
                .singleElement()
                .satisfies(close -> assertThat(close.code()).isEqualTo(1000));
    }

    @Test
    void leavesNoProcessBehind() {
        assertThat(gateway.children()).isEmpty();
    }
}
