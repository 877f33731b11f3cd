package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the other tests stand on: the receivers lose nothing themselves, and cutting changes no byte. */
final class HarnessTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @Test
    void nginxRecordsEveryFrameThatIsPublished() {
        NginxReceiver nginx = stage.nginx();
        publish(nginx.port(), "whole");
        assertIsWhole(nginx.recording("whole"));
    }

    @Test
    void ffmpegRecordsEveryFrameThatIsPublished() {
        FfmpegReceiver receiver = stage.ffmpegReceiver("whole");
        publish(receiver.port(), "whole");
        assertIsWhole(receiver.recording());
    }

    @Test
    void nothingPassesAShutGateAndNothingIsLostWhenItOpensAgain() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        gate.shut();
        Together.InBackground<Tool.Run> publishing = Together.start(() -> publish(gate.port(), "late"));
        assertThat(nginx.receivedBytes("late")).isZero();
        assertThat(publishing.isDone()).isFalse();
        gate.reopen();
        publishing.await(Publisher.SOON);
        assertIsWhole(nginx.recording("late"));
    }

    static Stream<Recording> cuts() {
        Recording whole = Recording.named("webm-h264-opus.webm");
        return Stream.of(
                whole,
                whole.withSingleBytes(300),
                whole.cutAtRandom(1, 5_000),
                whole.cutAlsoAfter(whole.initSegmentBytes()));
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void everyCutHasTheSameBytes(Recording cut) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (Recording.Message message : cut.messages()) {
            assertThat(message.payload().remaining()).isPositive();
            byte[] bytes = new byte[message.payload().remaining()];
            message.payload().duplicate().get(bytes);
            joined.writeBytes(bytes);
        }
        assertThat(ByteBuffer.wrap(joined.toByteArray())).isEqualTo(recording.bytes());
        assertThat(cut.messages()).isSortedAccordingTo((a, b) -> a.at().compareTo(b.at()));
    }

    @Test
    void theDigestsOfPicturesTellTwoRecordingsApart() {
        assertThat(recording.pictures())
                .hasSize(270)
                .isNotEqualTo(Recording.named("webm-h264-videoonly.webm").pictures());
    }

    private Tool.Run publish(int port, String name) {
        Tool.Run run = Tool.FFMPEG.run(
                Publisher.SOON,
                "-v",
                "error",
                "-i",
                recording.file().toString(),
                "-c:v",
                "copy",
                "-c:a",
                "aac",
                "-f",
                "flv",
                "rtmp://127.0.0.1:" + port + "/live/" + name);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run;
    }

    private void assertIsWhole(Path received) {
        assertThat(Media.in(received).video().packets())
                .hasSameSizeAs(recording.media().video().packets());
        Broadcast.assertSameMedia(recording, received);
    }
}
