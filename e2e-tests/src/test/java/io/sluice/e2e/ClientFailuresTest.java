package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.Bystander;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.wire.Frame;
import io.sluice.e2e.wire.WebSocketClient;
import io.sluice.protocol.FailureCode;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Browsers that crash, lose their network, or never listen. */
final class ClientFailuresTest {

    private static final long MEGABYTE = 1 << 20;

    /** So that floods go on; what ends them by default is another test's. */
    private static final String ANY_RATE = "1000000";

    /** Far more than is queued for an FFmpeg that takes something. */
    private static final int HELD_UP_BYTES = 64 * 1_024;

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");
    private NginxReceiver nginx;
    private GatewayProcess gateway;

    @BeforeEach
    void start() {
        nginx = stage.nginx();
        // With so little heap, what is kept for a client shows, and garbage that was only not collected yet does not.
        gateway = stage.gateway("--publish", nginx.publishUrl(), "--max-ping-rate", ANY_RATE)
                .jvm("-Xmx48m")
                .start();
    }

    @Test
    void aClientThatCrashesLeavesAWellFormedStreamAndAFreeKey() {
        String key = stage.key("crashes");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording.first(20), Pace.FOURFOLD);
        // A reset makes the kernel drop what the gateway has not read yet, so it must have read all of it before.
        publisher
                .heard()
                .awaitProgress(
                        Publisher.SOON,
                        progress -> progress.acceptedBytes() == publisher.sentBytes() && progress.queuedBytes() == 0);
        publisher.socket().reset();
        gateway.awaitNoChildren(Publisher.SOON);
        Broadcast.assertIsBeginning(recording, nginx.recording(key), 170);
        Broadcast.of(gateway, nginx, key, recording, Pace.FLAT_OUT).assertWhole();
    }

    @Test
    void aClientThatFallsSilentIsToldAndNothingThatItSentIsLost() {
        String key = stage.key("silent");
        Publisher publisher = impatient().connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording.first(20), Pace.FLAT_OUT);
        Refusal.assertTold(publisher, FailureCode.MEDIA_TIMEOUT, Publisher.SOON);
        gateway.awaitNoChildren(Publisher.SOON);
        Broadcast.assertIsBeginning(recording, nginx.recording(key), 170);
    }

    @Test
    void aPlainClientThatSendsNothingAtAllIsClosed() {
        Publisher publisher = impatient().connect(Publisher.plain(stage.key("nothing"), null));
        Refusal.assertClosed(publisher, FailureCode.MEDIA_TIMEOUT, Publisher.SOON);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void aClientThatGoesAwayWhileFfmpegStartsLeavesNothingBehind() {
        for (int i = 0; i < 10; i++) {
            Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("flees" + i)));
            publisher.say("{\"type\":\"open\",\"offers\":[\"" + recording.mimeType() + "\"]}");
            publisher.socket().reset();
        }
        gateway.awaitNoChildren(Publisher.SOON);
        Broadcast.of(gateway, nginx, stage.key("stays"), recording, Pace.FLAT_OUT)
                .assertWhole();
    }

    @Test
    void aClientThatNeverReadsLosesNothing() {
        String key = stage.key("deaf");
        WebSocketClient deaf = WebSocketClient.connectDeaf(gateway.address(), Publisher.plain(key, null));
        for (Recording.Message message : recording.messages()) {
            deaf.send(Frame.binary(message.payload()));
        }
        deaf.closeOutput();
        Broadcast.assertSameMedia(recording, nginx.recording(key));
        deaf.close();
    }

    @Test
    void aFloodOfPingsCostsNoMemoryAndIsAnsweredSparingly() {
        Bystander bystander = Bystander.live(gateway, nginx, stage.key("bystander"));
        String key = stage.key("pings");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording.first(3), Pace.FLAT_OUT);
        long before = gateway.facts().residentBytes();
        ByteBuffer thousandPings = manyPings(1_000);
        for (int i = 0; i < 500; i++) {
            publisher.socket().write(thousandPings);
        }
        assertThat(gateway.facts().residentBytes() - before).as("growth").isLessThan(70 * MEGABYTE);
        publisher.send(recording.from(3), Pace.FLAT_OUT);
        assertThat(publisher.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
        bystander.assertUndisturbed();
    }

    @Test
    void pingsFromAClientThatNeverReadsCostNoMemory() {
        WebSocketClient deaf =
                WebSocketClient.connectDeaf(gateway.address(), Publisher.plain(stage.key("deafpings"), null));
        deaf.send(Frame.binary(recording.messages().get(0).payload()));
        long before = gateway.facts().residentBytes();
        ByteBuffer thousandPings = manyPings(1_000);
        for (int i = 0; i < 500; i++) {
            deaf.write(thousandPings);
        }
        assertThat(gateway.facts().residentBytes() - before).as("growth").isLessThan(70 * MEGABYTE);
        deaf.reset();
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void aFloodOfPingsFindsNoWayAroundAStreamThatIsHeldUp() {
        Path deaf = stage.ffmpegThat("exec sleep 600");
        GatewayProcess holding = stage.gateway(
                        "--ffmpeg",
                        deaf.toString(),
                        "--output-stall",
                        "5s",
                        "--output-patience",
                        "0s",
                        "--max-delay",
                        "0s",
                        "--max-ping-rate",
                        ANY_RATE)
                .start();
        Publisher publisher = holding.connect(Publisher.negotiated(stage.key("heldup")));
        publisher.open(recording.mimeType());
        publisher.send(recording.first(20), Pace.FLAT_OUT);
        // Nothing more is read from then on.
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.queuedBytes() > HELD_UP_BYTES);
        long before = holding.facts().residentBytes();
        AtomicLong pinged = new AtomicLong();
        ByteBuffer thousandPings = manyPings(1_000);
        Together.start(() -> {
            while (true) {
                publisher.socket().write(thousandPings);
                pinged.addAndGet(thousandPings.remaining());
            }
        });
        // Counted while the stream is held up: once it has failed, the gateway reads and discards what still arrives.
        AtomicLong lookedAt = new AtomicLong();
        await("the socket takes no more")
                .atMost(Publisher.SOON)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> pinged.get() > 0 && lookedAt.getAndSet(pinged.get()) == pinged.get());
        assertThat(pinged.get()).as("bytes of pings that the socket took").isLessThan(20 * MEGABYTE);
        Refusal.assertTold(publisher, FailureCode.OUTPUT_FAILED, Publisher.SOON);
        assertThat(holding.facts().residentBytes() - before).as("growth").isLessThan(70 * MEGABYTE);
    }

    private GatewayProcess impatient() {
        gateway = stage.gateway("--publish", nginx.publishUrl(), "--media-timeout", "2s")
                .start();
        return gateway;
    }

    private static ByteBuffer manyPings(int count) {
        ByteBuffer ping = Frame.ping(ByteBuffer.allocate(125)).encoded();
        ByteBuffer many = ByteBuffer.allocate(count * ping.remaining());
        for (int i = 0; i < count; i++) {
            many.put(ping.duplicate());
        }
        return many.flip();
    }
}
