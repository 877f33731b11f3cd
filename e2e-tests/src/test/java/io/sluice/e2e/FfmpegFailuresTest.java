package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.ProcFacts;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.harness.Tool;
import io.sluice.e2e.wire.Frame;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Progress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An FFmpeg that is missing, broken, slow, deaf, stubborn or killed. */
final class FfmpegFailuresTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");
    private NginxReceiver nginx;

    @BeforeEach
    void start() {
        nginx = stage.nginx();
    }

    @Test
    void oneThatIsKilledAgainAndAgainIsToldAndTheKeyIsFreeAgain() {
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        String key = stage.key("killed");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        Together.start(() -> publisher.send(recording, Pace.HALF));
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.outTimeMs() > 0);
        await("the gateway gives up").atMost(Publisher.SOON).until(() -> {
            gateway.children().forEach(ProcessHandle::destroyForcibly);
            return !publisher.heard().all(Failed.class).isEmpty();
        });
        assertThat(Refusal.assertTold(publisher, FailureCode.FFMPEG_FAILED, Publisher.SOON))
                .contains("killed");
        gateway.awaitNoChildren(Publisher.SOON);
        Broadcast.of(gateway, nginx, key, recording, Pace.FLAT_OUT).assertWhole();
    }

    @Test
    void oneThatDiesAtOnceIsToldWithItsLastWords() {
        assertFails("echo 'the flux capacitor is empty' >&2; exit 7", "the flux capacitor is empty");
    }

    @Test
    void oneThatDiesInTheMiddleIsToldWithItsLastWords() {
        assertFails(
                "head -c 200000 >/dev/null; echo 'the flux capacitor is empty' >&2; exit 7",
                "the flux capacitor is empty");
    }

    @Test
    void oneThatCrashesIsTold() {
        assertFails("head -c 200000 >/dev/null; kill -SEGV $$", "signal 11");
    }

    private void assertFails(String body, String words) {
        GatewayProcess gateway = with(stage.ffmpegThat(body));
        Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("fails")));
        publisher.open(recording.mimeType());
        // A flood would exceed the bit rate while FFmpeg is started again.
        Together.start(() -> publisher.send(recording, Pace.ITS_OWN));
        assertThat(Refusal.assertTold(publisher, FailureCode.FFMPEG_FAILED, Publisher.SOON))
                .contains(words);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"exec sleep 600", "trap '' TERM INT HUP; while :; do sleep 600; done"})
    void oneThatNeverReadsIsToldAndEndedWhetherItWantsToOrNot(String body) {
        GatewayProcess gateway = with(stage.ffmpegThat(body), "--output-stall", "3s", "--output-patience", "0s");
        Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("deaf")));
        publisher.open(recording.mimeType());
        sendUntilItBreaks(publisher);
        Refusal.assertTold(publisher, FailureCode.OUTPUT_FAILED, Publisher.SOON);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void oneThatIsSlowHoldsTheSenderBackAndLosesNothing() {
        GatewayProcess gateway = with(stage.ffmpegThat("exec \"$FFMPEG\" -readrate 2 \"$@\""));
        Recording busy = Recording.named("webm-h264-opus-2500k.webm");
        Broadcast broadcast = Broadcast.of(gateway, nginx, stage.key("slow"), busy, Pace.FLAT_OUT);
        broadcast.assertWhole();
        assertThat(broadcast.heard().all(Progress.class))
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(progress -> assertThat(progress.queuedBytes()).isLessThan(1 << 20));
    }

    @Test
    void oneThatTalksWithoutEndIsNeverBlockedByThat() {
        GatewayProcess gateway = with(
                stage.ffmpegThat("{ yes 'talk talk talk' | head -c 3000000; yes | tr -d '\\n' | head -c 3000000; } >&2;"
                        + " exec \"$FFMPEG\" \"$@\""),
                // It reads no media before it has said everything, which takes a busy machine a while.
                "--output-stall",
                "60s");
        Broadcast.of(gateway, nginx, stage.key("talks"), recording, Pace.FLAT_OUT)
                .assertWhole();
        assertThat(gateway.output().length()).isLessThan(200_000);
    }

    @Test
    void garbageInTheMiddleOfAStreamHarmsThatStreamOnly() {
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        Publisher publisher = gateway.connect(Publisher.plain(stage.key("garbage"), null));
        publisher.send(recording.first(10), Pace.FLAT_OUT);
        byte[] garbage = new byte[500_000];
        new Random(7).nextBytes(garbage);
        publisher.socket().send(Frame.binary(ByteBuffer.wrap(garbage)));
        publisher.leave();
        gateway.awaitNoChildren(Publisher.SOON);
        Broadcast.of(gateway, nginx, stage.key("after"), recording, Pace.FLAT_OUT)
                .assertWhole();
    }

    @Test
    void onlyTheHeaderIsNoStream() {
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("header")));
        publisher.open(recording.mimeType());
        publisher.socket().send(Frame.binary(recording.bytes().slice(0, recording.initSegmentBytes())));
        publisher.say("{\"type\":\"stop\"}");
        Refusal.assertTold(publisher, FailureCode.UNRECOGNIZED_MEDIA, Publisher.SOON);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void oneThatDoesNotExistIsOneLineAndExitCode2() {
        Tool.Run run = stage.gateway("--ffmpeg", "/nonexistent/ffmpeg").runToItsEnd(Publisher.SOON);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().strip().lines()).singleElement().asString().contains("/nonexistent/ffmpeg");
    }

    @Test
    void oneThatCannotStartIsReportedWithItsReason() {
        Path broken =
                stage.executable("#!/bin/sh\necho 'error while loading shared libraries: libx.so.1' >&2\nexit 127\n");
        Tool.Run run = stage.gateway("--ffmpeg", broken.toString()).runToItsEnd(Publisher.SOON);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().strip().lines())
                .singleElement()
                .asString()
                .contains(broken.toString())
                .contains("libx.so.1");
    }

    @Test
    void theChildSeesNothingOfTheGatewaysEnvironment() {
        Path copy = stage.directory("environment").resolve("seen");
        Path ffmpeg = stage.ffmpegThat("tr '\\0' '\\n' </proc/self/environ >" + copy + "; exec \"$FFMPEG\" \"$@\"");
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--ffmpeg", ffmpeg.toString())
                .env("CLOUD_SECRET", stage.secret("canary-in-the-environment"))
                .start();
        Broadcast.of(gateway, nginx, stage.key("env"), recording, Pace.FLAT_OUT).assertWhole();
        assertThat(copy).content().doesNotContain("canary-in-the-environment");
    }

    @Test
    void theChildHasNoDescriptorsButItsOwnThree() {
        Path copy = stage.directory("descriptors").resolve("seen");
        Path ffmpeg = stage.ffmpegThat("ls -l /proc/$$/fd >" + copy + "; exec \"$FFMPEG\" \"$@\"");
        GatewayProcess gateway = with(ffmpeg);
        Broadcast.of(gateway, nginx, stage.key("fds"), recording, Pace.FLAT_OUT).assertWhole();
        assertThat(copy).content().doesNotContain("socket:").doesNotContain("eventpoll");
        assertThat(new ProcFacts(gateway.pid()).threads()).isPositive();
    }

    private GatewayProcess with(Path ffmpeg, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("--publish", nginx.publishUrl(), "--ffmpeg", ffmpeg.toString()));
        arguments.addAll(List.of(more));
        return stage.gateway(arguments.toArray(String[]::new)).start();
    }

    private void sendUntilItBreaks(Publisher publisher) {
        try {
            for (int round = 0; round < 200; round++) {
                publisher.send(recording, Pace.FLAT_OUT);
            }
        } catch (AssertionError e) {
            // The gateway has closed, as it should; what it said is looked at elsewhere.
        }
    }
}
