package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.TcpGate;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.harness.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the kernel says of the FFmpegs of a running gateway, and of those whose gateway is gone. */
final class FfmpegBoundsTest {

    private static final Duration OUTPUT_TIMEOUT = Duration.ofSeconds(10);

    private static final int QUEUED_BYTES = 64 * 1_024;

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @Test
    void anFfmpegHasItsBoundsAndNoKeyInWhatOthersCanRead() throws Exception {
        NginxReceiver nginx = stage.nginx();
        String key = stage.key("bounds");
        ProcessHandle ffmpeg =
                live(stage.gateway("--publish", nginx.publishUrl()).start(), key, 1);
        Path proc = Path.of("/proc/" + ffmpeg.pid());

        assertThat(Files.readString(proc.resolve("cmdline")))
                .contains("-fpre\0/dev/fd/3")
                .doesNotContain(key);
        assertThat(Files.readString(proc.resolve("environ")))
                .doesNotContain(key)
                .doesNotContain("SLUICE_");
        assertThat(Files.readString(proc.resolve("limits")))
                .containsPattern("Max data size +1073741824 ")
                .containsPattern("Max open files +64 +64 ")
                .containsPattern("Max cpu time +604800 ")
                .containsPattern("Max core file size +0 +0 ");
        assertThat(Files.readString(proc.resolve("status")))
                .containsPattern("NoNewPrivs:\\s+1\n")
                .containsPattern("CapEff:\\s+0+\n")
                .containsPattern("CapPrm:\\s+0+\n");
        assertThat(niceness(ffmpeg)).isEqualTo(niceness(ffmpeg.parent().orElseThrow()) + 5);
        Path directory = Files.readSymbolicLink(proc.resolve("cwd"));
        assertThat(directory).isEmptyDirectory();
        assertThat(Files.getPosixFilePermissions(directory).toString()).doesNotContain("WRITE");
    }

    @Test
    void anFfmpegOfAnotherUserPublishesAndIsWatchedAndCannotLeadTheGatewayElsewhere() throws Exception {
        Assumptions.assumeTrue(
                Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
                "only root can start programs as another user");
        NginxReceiver nginx = stage.nginx();
        String key = stage.key("other");
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--preview", "--ffmpeg-user", "nobody")
                .start();
        live(gateway, key, 2);
        Path proc = procOf(gateway, true);
        String status = Files.readString(proc.resolve("status"));
        assertThat(status)
                .doesNotContainPattern("[UG]id:.*\\s0\\s")
                .containsPattern("Groups:\\s*\n")
                .containsPattern("CapEff:\\s+0+\n")
                .containsPattern("CapBnd:\\s+0+\n")
                .containsPattern("NoNewPrivs:\\s+1\n");
        assertThat(Files.readString(proc.resolve("cmdline"))).contains("-fpre\0/dev/fd/3");
        await("the playlist")
                .atMost(Publisher.SOON)
                .until(() -> gateway.get("/watch/" + key + "/index.m3u8").statusCode() == 200);
        await("RTMP").atMost(Publisher.SOON).until(() -> nginx.receivedBytes(key) > 0);

        Path preview = Files.readSymbolicLink(procOf(gateway, false).resolve("cwd"));
        assertThat(Files.getAttribute(preview.resolve("index.m3u8"), "unix:uid"))
                .isNotEqualTo(0);
        // What somebody who controls that FFmpeg can do.
        Files.createSymbolicLink(preview.resolve("segment99.ts"), Path.of("/etc/passwd"));
        assertThat(gateway.get("/watch/" + key + "/segment99.ts").statusCode()).isEqualTo(404);
    }

    @Test
    void aUserThatDoesNotExistIsRefusedInWords() {
        Tool.Run run = stage.gateway("--ffmpeg-user", "no-such-user").runToItsEnd(Publisher.SOON);
        assertThat(run.exitCode()).isNotZero();
        assertThat(run.err()).contains("--ffmpeg-user").contains("no-such-user");
    }

    @Test
    void oneWhoseGatewayIsKilledWhileItsOutputTakesNothingEndsWithinTheOutputTimeout() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        GatewayProcess gateway = stage.gateway(
                        "--publish",
                        NginxReceiver.publishUrl(gate.port()),
                        "--output-timeout",
                        OUTPUT_TIMEOUT.toSeconds() + "s",
                        "--output-stall",
                        "60s",
                        "--max-delay",
                        "0s")
                .start();
        Recording heavy = Recording.heavy(stage.directory("heavy"), 5);
        Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("abandoned")));
        publisher.open(heavy.mimeType());
        publisher.send(heavy.first(40), Pace.FLAT_OUT);
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.outTimeMs() > 0);
        List<ProcessHandle> ffmpegs = gateway.children();
        assertThat(ffmpegs).hasSize(1);
        gate.shut();
        Together.start(() -> publisher.send(heavy.from(40), Pace.FLAT_OUT));
        // FFmpeg takes nothing more: it is stuck in a write to its output.
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.queuedBytes() > QUEUED_BYTES);
        gateway.kill();
        await("FFmpeg is gone")
                .atMost(OUTPUT_TIMEOUT.multipliedBy(3).plus(Publisher.SOON))
                .until(() -> ffmpegs.stream().noneMatch(ProcessHandle::isAlive));
    }

    private static int niceness(ProcessHandle process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        return Integer.parseInt(stat.replaceFirst(".*\\) ", "").split(" ", -1)[16]);
    }

    /** The FFmpeg that publishes, or the one that writes the preview. */
    private static Path procOf(GatewayProcess gateway, boolean publishes) {
        return gateway.children().stream()
                .map(child -> Path.of("/proc/" + child.pid()))
                .filter(proc -> commandOf(proc).contains("flv") == publishes)
                .findFirst()
                .orElseThrow();
    }

    private static String commandOf(Path proc) {
        try {
            return Files.readString(proc.resolve("cmdline"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProcessHandle live(GatewayProcess gateway, String key, int ffmpegs) {
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        Together.start(() -> publisher.send(recording, Pace.ITS_OWN));
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.outTimeMs() > 0);
        assertThat(gateway.children()).hasSize(ffmpegs);
        return gateway.children().get(0);
    }
}
