package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.TcpGate;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.wire.Handshake;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The end of the gateway itself, asked for and not. */
final class ShutdownTest {

    private static final Duration BOUND = Duration.ofSeconds(20);

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @Test
    void onSigtermEveryStreamIsFinishedInOrderAndEveryClientTold() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        List<String> keys = List.of(stage.key("one"), stage.key("two"), stage.key("three"));
        List<Publisher> live = keys.stream().map(key -> halfWay(gateway, key)).toList();
        String plainKey = stage.key("plain");
        Publisher plain = gateway.connect(Publisher.plain(plainKey, null)).send(recording.first(20), Pace.FLAT_OUT);
        awaitReceived(nginx, plainKey);

        gateway.terminate();

        live.forEach(publisher -> Refusal.assertTold(publisher, FailureCode.SHUTTING_DOWN, BOUND));
        Refusal.assertClosed(plain, FailureCode.SHUTTING_DOWN, BOUND);
        assertThat(gateway.awaitExit(BOUND)).isZero();
        keys.forEach(key -> Broadcast.assertIsBeginning(recording, nginx.recording(key), 170));
        Broadcast.assertIsBeginning(recording, nginx.recording(plainKey), 60);
    }

    @Test
    void onSigtermAWedgedReceiverDoesNotHoldTheGatewayUp() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        GatewayProcess gateway = stage.gateway("--publish", NginxReceiver.publishUrl(gate.port()))
                .start();
        halfWay(gateway, stage.key("wedged"));
        List<ProcessHandle> children = gateway.children();
        gate.shut();
        gateway.terminate();
        gateway.awaitExit(BOUND.plusSeconds(10));
        assertAllEnd(children, Duration.ofSeconds(5));
    }

    @Test
    void withoutStreamsSigtermEndsItAtOnce() {
        GatewayProcess gateway = stage.gateway().start();
        gateway.terminate();
        assertThat(gateway.awaitExit(Duration.ofSeconds(8))).isZero();
    }

    @Test
    void anIdleConnectionDoesNotHoldTheGatewayUp() {
        GatewayProcess gateway = stage.gateway().start();
        gateway.connect(new Handshake("/ingest", "sluice.v1"));
        assertThat(gateway.get("/health/ready").statusCode()).isEqualTo(200);
        gateway.terminate();
        assertThat(gateway.awaitExit(BOUND)).isZero();
    }

    @Test
    void afterASigkillEveryFfmpegFinishesItsStreamAndLeavesByItself() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        List<String> keys = List.of(stage.key("one"), stage.key("two"));
        keys.forEach(key -> halfWay(gateway, key));
        List<ProcessHandle> children = gateway.children();
        assertThat(children).hasSizeGreaterThanOrEqualTo(keys.size());

        gateway.kill();

        assertAllEnd(children, Duration.ofSeconds(10));
        keys.forEach(key -> Broadcast.assertIsBeginning(recording, nginx.recording(key), 150));
    }

    /** Live, with most of the recording sent, and FFmpeg having written some of it. */
    private Publisher halfWay(GatewayProcess gateway, String key) {
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording.first(20), Pace.FLAT_OUT);
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.acceptedBytes() == publisher.sentBytes());
        return publisher;
    }

    private static void awaitReceived(NginxReceiver nginx, String key) {
        await("media of " + key).atMost(Publisher.SOON).until(() -> nginx.receivedBytes(key) > 300_000);
    }

    private static void assertAllEnd(List<ProcessHandle> processes, Duration limit) {
        Together.doAll(
                limit,
                processes.stream()
                        .<Callable<Optional<ProcessHandle>>>map(
                                process -> () -> Optional.of(process.onExit().get()))
                        .toList());
    }
}
