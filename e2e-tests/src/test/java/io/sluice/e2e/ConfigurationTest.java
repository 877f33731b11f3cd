package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.Certificates;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tool;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The configuration file of a gateway that runs: what it sets, what its changes do, and what its mistakes do not. */
final class ConfigurationTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String READ = "Configuration reloaded";

    @RegisterExtension
    final Stage stage = new Stage();

    private final Path folder = stage.directory("config");
    private final Path file = folder.resolve("sluice.yaml");
    private final Recording recording = Recording.named("webm-h264-opus.webm");

    private GatewayProcess started(String... more) {
        String[] all = new String[more.length + 2];
        System.arraycopy(more, 0, all, 2, more.length);
        all[0] = "--config";
        all[1] = file.toString();
        return stage.gateway(all).hearingHangUps().start();
    }

    /** In place, as an editor may. */
    private static void write(Path path, String... lines) {
        try {
            Files.writeString(path, String.join("\n", lines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** At once, as programs should. */
    private void replace(String... lines) throws IOException {
        Path next = folder.resolve("next");
        write(next, lines);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void awaitLog(GatewayProcess gateway, String words) {
        await(words).atMost(LIMIT).until(() -> gateway.output().contains(words));
    }

    private static String publish(NginxReceiver nginx) {
        return "publish: " + nginx.publishUrl();
    }

    private Opened opened(GatewayProcess gateway, String key) {
        try (Publisher publisher = gateway.connect(Publisher.negotiated(key))) {
            return publisher.open(recording.mimeType());
        }
    }

    @Test
    void theFlagBeatsTheVariableWhichBeatsTheFile() {
        int port = Ports.free();
        write(file, "host: 127.0.0.1", "port: " + port, "max-bits-per-second: 1111111", "max-message-bytes: 50000");
        GatewayProcess gateway = stage.gateway("--max-bits-per-second", "3333333")
                .env("SLUICE_CONFIG", file.toString())
                .env("SLUICE_MAX_BITS_PER_SECOND", "2222222")
                .env("SLUICE_MAX_MESSAGE_BYTES", "60000")
                .startPlainly();
        assertThat(gateway.address().getPort()).isEqualTo(port);
        Opened opened = opened(gateway, stage.key("precedence"));
        assertThat(opened.maxBitsPerSecond()).isEqualTo(3_333_333);
        assertThat(opened.maxMessageBytes()).isEqualTo(60_000);
    }

    @Test
    void aStartTellsAllThatIsWrongAndWhereItStands() {
        write(file, "prot: 1", "stall-timeout: soon", "publish: http://canaryhost/canarykey");
        Tool.Run run = stage.gateway("--config", file.toString(), "--port", "99999")
                .env("SLUICE_OPEN_TIMEOUT", "later")
                .runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(5).allMatch(line -> line.startsWith("sluice: "));
        assertThat(run.err())
                .contains("sluice.yaml:1: unknown option 'prot'; the closest match is 'port'")
                .contains("--output-stall", "sluice.yaml:2")
                .contains("--publish", "sluice.yaml:3")
                .contains("--open-timeout", "SLUICE_OPEN_TIMEOUT")
                .contains("--port: 99999")
                .doesNotContain("canary");
    }

    @Test
    void aPrintedFileCanBeUsedAsItIsAndBeCheckedWithoutAStart() throws IOException {
        Tool.Run printed = stage.gateway("--print-config").runToItsEnd(LIMIT);
        assertThat(printed.exitCode()).isZero();
        assertThat(printed.out()).contains("#max-message-bytes: 8M");
        Files.writeString(file, printed.out());
        Tool.Run checked =
                stage.gateway("--config", file.toString(), "--check-config").runToItsEnd(LIMIT);
        assertThat(checked.exitCode()).as(checked.err()).isZero();
        assertThat(checked.out()).endsWith("The configuration is valid.\n");
        Files.writeString(file, printed.out().replace("#port: 8080", "port: 80800"));
        Tool.Run wrong =
                stage.gateway("--config", file.toString(), "--check-config").runToItsEnd(LIMIT);
        assertThat(wrong.exitCode()).isEqualTo(2);
        assertThat(wrong.err()).contains("80800", "sluice.yaml:");
    }

    @Test
    void aChangedFileHoldsForTheNextStreamAndTheLiveOneLosesNothing() throws IOException {
        NginxReceiver first = stage.nginx();
        NginxReceiver second = stage.nginx();
        write(file, publish(first), "media-timeout: 5m");
        GatewayProcess gateway = started();
        String liveKey = stage.key("live");
        Publisher live = gateway.connect(Publisher.negotiated(liveKey));
        live.open(recording.mimeType());
        live.send(recording.first(10), Pace.FLAT_OUT);
        live.heard().awaitProgress(LIMIT, progress -> progress.acceptedBytes() == live.sentBytes());
        // Less than what the live stream still has to send at a time.
        replace(publish(second), "max-message-bytes: 1024", "media-timeout: 1s", "max-bits-per-second: 1234567");
        awaitLog(gateway, READ + ": publish, media-timeout, max-message-bytes, max-bits-per-second");

        Opened next = opened(gateway, stage.key("next"));
        assertThat(next.maxMessageBytes()).isEqualTo(1024);
        assertThat(next.maxBitsPerSecond()).isEqualTo(1_234_567);
        replace(publish(second), "media-timeout: 1m");
        awaitLog(gateway, READ + ": media-timeout, max-message-bytes, max-bits-per-second");
        String otherKey = stage.key("other");
        Broadcast.of(gateway, second, otherKey, recording, Pace.FLAT_OUT).assertWhole();
        assertThat(first.receivedBytes(otherKey)).isZero();

        live.send(recording.from(10), Pace.FLAT_OUT).stop();
        Broadcast.assertSameMedia(recording, first.recording(liveKey));
        assertThat(second.receivedBytes(liveKey)).isZero();
    }

    @Test
    void sighupReadsAtOnceAndWhatNeedsARestartIsNamedAndStays() {
        NginxReceiver first = stage.nginx();
        NginxReceiver second = stage.nginx();
        write(file, publish(first), "host: 127.0.0.1", "port: 0");
        GatewayProcess gateway =
                stage.gateway("--config", file.toString()).hearingHangUps().startPlainly();
        write(file, publish(second), "host: 127.0.0.1", "port: " + Ports.free(), "ffmpeg: /no/such/ffmpeg");
        gateway.hangUp();
        awaitLog(gateway, "SIGHUP: ");
        awaitLog(gateway, READ + ": publish");
        assertThat(gateway.output())
                .contains("port requires a restart; the current value stays active", "ffmpeg requires a restart; ")
                .doesNotContain("host requires a restart");
        Broadcast.of(gateway, second, stage.key("next"), recording, Pace.FLAT_OUT)
                .assertWhole();
    }

    @Test
    void withoutAFileSighupEndsNothing() {
        GatewayProcess gateway = stage.gateway().hearingHangUps().start();
        gateway.hangUp();
        awaitLog(gateway, "SIGHUP: nothing to reload, because there is no --config file");
        assertThat(gateway.output()).doesNotContain(READ);
        assertThat(gateway.isReady()).isTrue();
    }

    @Test
    void aFileWithFaultsChangesNothingUntilItIsMended() throws IOException {
        NginxReceiver nginx = stage.nginx();
        write(file, publish(nginx));
        GatewayProcess gateway = started();
        replace("publish: http://" + stage.secret("canaryhost") + "/x", "max-bits-per-second: 1234567", "prot: 1");
        awaitLog(gateway, "Configuration rejected with 2 errors; the previous one stays active.");
        assertThat(gateway.output())
                .containsPattern("ERROR \\w+ .*sluice.yaml:3: unknown option 'prot'")
                .containsPattern("ERROR \\w+ .*--publish.*sluice.yaml:1");
        Broadcast whole = Broadcast.of(gateway, nginx, stage.key("kept"), recording, Pace.FLAT_OUT);
        whole.assertWhole();
        assertThat(whole.opened().maxBitsPerSecond()).isEqualTo(10_000_000);

        Files.delete(file);
        awaitLog(gateway, "no such file: " + file);
        replace(publish(nginx), "max-bits-per-second: 1234567");
        awaitLog(gateway, READ + ": max-bits-per-second");
        assertThat(opened(gateway, stage.key("mended")).maxBitsPerSecond()).isEqualTo(1_234_567);
    }

    @Test
    void aLinkThatIsMadeToLeadElsewhereIsAChange() throws IOException {
        Path first = Files.createDirectory(folder.resolve("..2026_1"));
        Path second = Files.createDirectory(folder.resolve("..2026_2"));
        write(first.resolve("sluice.yaml"), "max-bits-per-second: 1111111");
        write(second.resolve("sluice.yaml"), "max-bits-per-second: 2222222");
        Files.setLastModifiedTime(
                second.resolve("sluice.yaml"), Files.getLastModifiedTime(first.resolve("sluice.yaml")));
        Path data = folder.resolve("..data");
        Files.createSymbolicLink(data, first.getFileName());
        Files.createSymbolicLink(file, Path.of("..data", "sluice.yaml"));
        GatewayProcess gateway = started();
        assertThat(opened(gateway, stage.key("first")).maxBitsPerSecond()).isEqualTo(1_111_111);
        Path next = Files.createSymbolicLink(folder.resolve("..data_tmp"), second.getFileName());
        Files.move(next, data, StandardCopyOption.ATOMIC_MOVE);
        awaitLog(gateway, READ + ": max-bits-per-second");
        assertThat(opened(gateway, stage.key("second")).maxBitsPerSecond()).isEqualTo(2_222_222);
    }

    @Test
    void permissionMayBeAskedForFromNowOn() throws IOException {
        write(file, "# nothing");
        GatewayProcess gateway = started();
        Publisher live = gateway.connect(Publisher.negotiated(stage.key("before")));
        live.open(recording.mimeType());
        Path keys = folder.resolve("keys");
        write(keys, "# nobody");
        replace("auth-key-file: " + keys);
        awaitLog(gateway, READ + ": auth-key-file");
        Publisher stranger = gateway.connect(Publisher.negotiated(stage.key("stranger")));
        stranger.say(new Open(null, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(stranger, FailureCode.NOT_AUTHORIZED, LIMIT);
        live.send(recording, Pace.FLAT_OUT).stop();
    }

    @Test
    void tlsTakesOtherFilesAndIsNotSwitchedOff() throws IOException {
        Certificates.write(folder.resolve("cert-1"), folder.resolve("key-1"), "first");
        Certificates.write(folder.resolve("cert-2"), folder.resolve("key-2"), "second");
        write(file, "tls-cert: " + folder.resolve("cert-1"), "tls-key: " + folder.resolve("key-1"));
        GatewayProcess gateway = started();
        assertThat(shownBy(gateway)).isEqualTo("CN=first");
        replace("tls-cert: " + folder.resolve("cert-2"), "tls-key: " + folder.resolve("key-1"));
        awaitLog(gateway, "does not belong to the certificate");
        assertThat(shownBy(gateway)).isEqualTo("CN=first");
        replace("tls-cert: " + folder.resolve("cert-2"), "tls-key: " + folder.resolve("key-2"));
        awaitLog(gateway, READ + ": tls-cert, tls-key");
        assertThat(shownBy(gateway)).isEqualTo("CN=second");
        replace("# no TLS");
        awaitLog(gateway, "tls-cert requires a restart");
        assertThat(shownBy(gateway)).isEqualTo("CN=second");
    }

    private static String shownBy(GatewayProcess gateway) {
        return Certificates.nameShownBy("127.0.0.1", gateway.address().getPort());
    }

    @Test
    void theLogsLevelChangesToo() throws IOException {
        write(file, "log-level: info");
        GatewayProcess gateway = started();
        replace("log-level: debug");
        awaitLog(gateway, READ + ": log-level");
        assertThat(gateway.output()).doesNotContain(" DEBUG ");
        opened(gateway, stage.key("debug"));
        awaitLog(gateway, " DEBUG ");
    }
}
