package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Bystander;
import io.sluice.e2e.harness.FfmpegReceiver;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.TcpGate;
import io.sluice.e2e.harness.Together;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Progress;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Receivers that refuse, vanish, or wedge, and a gateway without patience: the client is told what happened, and the
 * gateway keeps its size.
 */
final class OutputFailuresTest {

    private static final int STALL_SECONDS = 3;
    private static final long MEGABYTE = 1 << 20;

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus-2500k.webm");

    @Test
    void aRefusedConnectionIsToldToEachKindOfClient() {
        GatewayProcess gateway = publishingTo(NginxReceiver.publishUrl(Ports.free()));
        Publisher negotiated = gateway.connect(Publisher.negotiated(stage.key("refused")));
        negotiated.open(recording.mimeType());
        sendUntilItBreaks(negotiated);
        assertThat(Refusal.assertTold(negotiated, FailureCode.OUTPUT_FAILED, Publisher.SOON))
                .contains("Connection refused");
        Publisher plain = gateway.connect(Publisher.plain(stage.key("refusedplain"), null));
        sendUntilItBreaks(plain);
        Refusal.assertClosed(plain, FailureCode.OUTPUT_FAILED, Publisher.SOON);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void anUnknownHostIsTold() {
        GatewayProcess gateway = publishingTo("rtmp://receiver.invalid/live/{streamKey}");
        Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("nohost")));
        publisher.open(recording.mimeType());
        sendUntilItBreaks(publisher);
        assertThat(Refusal.assertTold(publisher, FailureCode.OUTPUT_FAILED, Publisher.SOON))
                .contains("resolve");
    }

    @Test
    void aReceiverThatDiesIsTold() {
        String key = stage.key("dies");
        FfmpegReceiver receiver = stage.ffmpegReceiver(key);
        GatewayProcess gateway = publishingTo(receiver.publishUrl());
        Publisher publisher = liveAt(gateway, key);
        receiver.kill();
        Refusal.assertTold(publisher, FailureCode.OUTPUT_FAILED, Publisher.SOON);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void aConnectionThatBreaksIsToldAndTheKeyIsFreeAgain() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        GatewayProcess gateway = publishingTo(NginxReceiver.publishUrl(gate.port()));
        String key = stage.key("breaks");
        Publisher publisher = liveAt(gateway, key);
        gate.cut();
        Refusal.assertTold(publisher, FailureCode.OUTPUT_FAILED, Publisher.SOON);
        liveAt(gateway, key).close();
    }

    @Test
    void aReceiverThatWedgesIsToldWithinTheBound() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        GatewayProcess gateway = publishingTo(NginxReceiver.publishUrl(gate.port()));
        Recording heavy = Recording.heavy(stage.directory("heavy"), 5);
        Publisher publisher = liveWith(heavy.first(40), gateway, stage.key("wedges"));
        gate.shut();
        flood(publisher, heavy.from(40));
        long start = System.nanoTime();
        Refusal.assertTold(publisher, FailureCode.OUTPUT_FAILED, Publisher.SOON);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(STALL_SECONDS + 12));
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void aReceiverThatNeverAnswersIsTold() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        gate.shut();
        GatewayProcess gateway = publishingTo(NginxReceiver.publishUrl(gate.port()));
        Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("mute")));
        publisher.open(recording.mimeType());
        sendUntilItBreaks(publisher);
        assertThat(publisher.heard().awaitFailed(Publisher.SOON).code()).isEqualTo(FailureCode.OUTPUT_FAILED);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void aFloodIntoAWedgedReceiverIsHeldBackAtTheSender() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        GatewayProcess gateway = stage.gateway(
                        "--publish",
                        NginxReceiver.publishUrl(gate.port()),
                        "--output-patience",
                        "0s",
                        "--max-delay",
                        "0s",
                        "--output-stall",
                        "8s")
                .jvm("-Xmx64m")
                .start();
        Recording heavy = Recording.heavy(stage.directory("heavy"), 5);
        List<Publisher> flooding = Stream.of("one", "two", "three")
                .map(name -> liveWith(heavy.first(40), gateway, stage.key(name)))
                .toList();
        long before = gateway.facts().residentBytes();
        gate.shut();
        flooding.forEach(publisher -> flood(publisher, heavy.from(40)));
        flooding.forEach(publisher -> Refusal.assertTold(publisher, FailureCode.OUTPUT_FAILED, Publisher.SOON));
        // What a client could get rid of lies in the sockets on both sides of FFmpeg, and in the pipe to it.
        assertThat(flooding)
                .allSatisfy(publisher -> assertThat(publisher.sentBytes()).isLessThan(16 * MEGABYTE));
        assertThat(gateway.facts().residentBytes() - before).as("growth").isLessThan(50 * MEGABYTE);
    }

    @Test
    void aSecondOfWedgingIsNoReasonToFail() {
        NginxReceiver nginx = stage.nginx();
        TcpGate gate = stage.gateTo(nginx.port());
        GatewayProcess gateway = publishingTo(NginxReceiver.publishUrl(gate.port()));
        Bystander bystander = Bystander.live(gateway, nginx, stage.key("hiccup"));
        gate.shut();
        bystander.awaitMoreProgress(1);
        gate.reopen();
        bystander.assertUndisturbed();
    }

    private GatewayProcess publishingTo(String url) {
        return stage.gateway("--publish", url, "--output-stall", STALL_SECONDS + "s", "--output-patience", "0s")
                .start();
    }

    /** A stream whose media arrives, and goes on for longer than any test takes. */
    private Publisher liveAt(GatewayProcess gateway, String key) {
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        Together.start(() -> {
            publisher.send(recording, Pace.ITS_OWN);
            return null;
        });
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.outTimeMs() > 0);
        assertThat(publisher.heard().all(Progress.class)).isNotEmpty();
        return publisher;
    }

    /** A stream whose first media has reached the receiver. */
    private static Publisher liveWith(Recording media, GatewayProcess gateway, String key) {
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(media.mimeType());
        publisher.send(media, Pace.FLAT_OUT);
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.outTimeMs() > 0);
        return publisher;
    }

    private static void flood(Publisher publisher, Recording media) {
        Together.start(() -> {
            sendUntilItBreaks(publisher, media);
            return null;
        });
    }

    private void sendUntilItBreaks(Publisher publisher) {
        sendUntilItBreaks(publisher, recording);
    }

    private static void sendUntilItBreaks(Publisher publisher, Recording media) {
        try {
            publisher.send(media, Pace.FLAT_OUT);
        } catch (AssertionError e) {
            // The gateway has closed, as it should; what it said is looked at elsewhere.
        }
    }
}
