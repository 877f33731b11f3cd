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
import io.sluice.e2e.harness.Tool;
import io.sluice.e2e.wire.Handshake;
import io.sluice.protocol.Draining;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The end of the gateway itself, asked for and not. */
final class ShutdownTest {

    /** The gateway's own bounds: 10 s to finish streams, 7 s to force them, twice 5 s to stop its servers. */
    private static final Duration BOUND = Duration.ofSeconds(27);

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
        assertAllEnd(children, BOUND);
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

        assertAllEnd(children, BOUND);
        keys.forEach(key -> Broadcast.assertIsBeginning(recording, nginx.recording(key), 150));
    }

    @Test
    void inADrainStreamsMayEndByThemselvesAndTheRestIsCutInOrder() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--drain-time", "5s")
                .start();
        String finishes = stage.key("finishes");
        String staysOn = stage.key("stayson");
        Publisher one = halfWay(gateway, finishes);
        Publisher two = halfWay(gateway, staysOn);

        gateway.terminate();

        assertThat(two.heard().await(Draining.class, BOUND, draining -> true).endsInMs())
                .isEqualTo(5_000);
        assertThat(gateway.get("/health/ready").statusCode()).isEqualTo(503);
        Publisher late = gateway.connect(Publisher.negotiated(stage.key("late")));
        // Until then it might be a client that comes back.
        late.say("{\"type\":\"open\",\"offers\":[\"" + recording.mimeType() + "\"]}");
        Refusal.assertTold(late, FailureCode.SHUTTING_DOWN, BOUND);
        assertThat(late.heard().awaitFailed(BOUND).retryAfterMs()).isEqualTo(2_000);
        one.send(recording.from(20), Pace.FLAT_OUT);
        assertThat(one.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Refusal.assertTold(two, FailureCode.SHUTTING_DOWN, BOUND);
        assertThat(gateway.awaitExit(BOUND)).isZero();
        Broadcast.assertSameMedia(recording, nginx.recording(finishes));
        Broadcast.assertIsBeginning(recording, nginx.recording(staysOn), 170);
        assertThat(gateway.output())
                .contains("1 streams ended on their own, 1 ended gracefully (")
                .contains("0 ended by force, 0 still running");
    }

    @Test
    void aSecondSigtermHastens() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--drain-time", "10m")
                .start();
        String key = stage.key("hastened");
        Publisher publisher = halfWay(gateway, key);
        gateway.terminate();
        publisher.heard().await(Draining.class, BOUND, draining -> true);
        gateway.terminate();
        Refusal.assertTold(publisher, FailureCode.SHUTTING_DOWN, BOUND);
        assertThat(gateway.awaitExit(BOUND)).isZero();
        Broadcast.assertIsBeginning(recording, nginx.recording(key), 170);
    }

    @Test
    void aThirdSigtermForcesAndTheExitCodeSaysSo() {
        GatewayProcess gateway =
                stage.gateway("--finish-timeout", "5m", "--drain-time", "10m").start();
        Publisher publisher = halfWay(gateway, stage.key("forced"));
        ProcessHandle ffmpeg = gateway.children().get(0);
        Tool.run(Publisher.SOON, List.of("/bin/kill", "-STOP", Long.toString(ffmpeg.pid())), Map.of());
        gateway.terminate();
        publisher.heard().await(Draining.class, BOUND, draining -> true);
        gateway.terminate();
        await("it hurries").atMost(BOUND).until(() -> gateway.output().contains("Second signal"));
        gateway.terminate();
        assertThat(gateway.awaitExit(BOUND)).isEqualTo(3);
        assertThat(ffmpeg.isAlive()).isFalse();
        assertThat(gateway.output()).contains("1 ended by force (");
    }

    @Test
    void aStreamThatDoesNotFinishInTimeIsForcedAndTheExitCodeSaysSo() {
        GatewayProcess gateway = stage.gateway("--finish-timeout", "1s").start();
        halfWay(gateway, stage.key("wedged"));
        ProcessHandle ffmpeg = gateway.children().get(0);
        Tool.run(Publisher.SOON, List.of("/bin/kill", "-STOP", Long.toString(ffmpeg.pid())), Map.of());
        gateway.terminate();
        assertThat(gateway.awaitExit(BOUND)).isEqualTo(3);
        assertThat(ffmpeg.isAlive()).isFalse();
    }

    @Test
    void afterASigkillAnFfmpegWhoseOutputTakesNothingGivesUpByItself() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        GatewayProcess gateway = stage.gateway(
                        "--publish", NginxReceiver.publishUrl(gate.port()), "--output-timeout", "2s")
                .start();
        Publisher wedged = halfWay(gateway, stage.key("wedged"));
        List<ProcessHandle> children = gateway.children();
        gate.shut();
        wedged.send(recording.from(20), Pace.FLAT_OUT);

        gateway.kill();

        assertThat(children).isNotEmpty();
        // Nobody is left who could end it: its own timeout has to, which it may need for each of three last writes.
        assertAllEnd(children, Duration.ofSeconds(3 * 2 + 4));
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
