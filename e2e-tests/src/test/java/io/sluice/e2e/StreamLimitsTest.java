package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.sluice.protocol.FailureCode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much one stream may send: who sends more is told so, keeps what came before, and costs nobody else anything. */
final class StreamLimitsTest {

    private static final long MEGABYTE = 1024 * 1024;

    /** The bystander sends 0.75 Mbit/s; every other stream here is asked for more than this. */
    private static final String BITS_PER_SECOND = "1000000";

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus-2500k.webm");
    private NginxReceiver nginx;
    private GatewayProcess gateway;
    private Bystander bystander;
    private long residentBytes;

    @BeforeEach
    void start() {
        nginx = stage.nginx();
        gateway = stage.gateway(
                        "--publish",
                        nginx.publishUrl(),
                        "--max-bits-per-second",
                        BITS_PER_SECOND,
                        "--max-burst-bytes",
                        "1048576")
                .jvm("-Xmx48m")
                .start();
        bystander = Bystander.live(gateway, nginx, stage.key("bystander"));
        residentBytes = gateway.facts().residentBytes();
    }

    @AfterEach
    void nobodyElseWasDisturbed() {
        assertThat(gateway.facts().residentBytes() - residentBytes).as("growth").isLessThan(70 * MEGABYTE);
        bystander.assertUndisturbed();
        gateway.awaitNoChildren(Publisher.SOON);
    }

    private Publisher live(String name) {
        Publisher publisher = gateway.connect(Publisher.negotiated(stage.key(name)));
        publisher.open(recording.mimeType());
        return publisher;
    }

    @Test
    void aStreamAboveItsBitRateEndsWithWhatCameBefore() {
        String key = stage.key("fast");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        assertThat(publisher.open(recording.mimeType()).maxBitsPerSecond()).isEqualTo(1_000_000);
        publisher.send(recording, Pace.FLAT_OUT);
        assertThat(Refusal.assertTold(publisher, FailureCode.BIT_RATE_EXCEEDED, Publisher.SOON))
                .contains("the limit is 1.3 Mbit/s and a burst of 1.0 MB");
        Broadcast.assertIsBeginning(recording, nginx.recording(key), 100);
    }

    @Test
    void aPlainStreamAboveItsBitRateIsClosedWithTheSameWords() {
        Publisher publisher = gateway.connect(Publisher.plain(stage.key("plain"), null));
        publisher.send(recording, Pace.FLAT_OUT);
        assertThat(Refusal.assertClosed(publisher, FailureCode.BIT_RATE_EXCEEDED, Publisher.SOON))
                .contains("Mbit/s");
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 10})
    void aFloodOfPingsOrPongsCostsTheSenderItsStream(int opcode) {
        Publisher publisher = live("flood" + opcode);
        publisher.send(recording.first(3), Pace.FLAT_OUT);
        ByteBuffer ping = Frame.of(opcode, ByteBuffer.allocate(125)).encoded();
        ByteBuffer many = ByteBuffer.allocate(1_000 * ping.remaining());
        for (int i = 0; i < 1_000; i++) {
            many.put(ping.duplicate());
        }
        publisher.socket().write(many.flip());
        assertThat(Refusal.assertTold(publisher, FailureCode.TOO_MANY_MESSAGES, Publisher.SOON))
                .contains("pings and pongs");
    }

    @Test
    void aFewHundredPingsAtOnceAreNoFlood() {
        Publisher publisher = live("fewpings");
        for (int i = 0; i < 200; i++) {
            publisher.socket().send(Frame.ping(ByteBuffer.allocate(8)));
        }
        publisher.send(recording.first(5), Pace.FLAT_OUT);
        assertThat(publisher.stop().acceptedBytes())
                .isEqualTo(recording.first(5).messages().stream()
                        .mapToInt(message -> message.payload().remaining())
                        .sum());
    }

    @Test
    void messagesOfOneByteAtLineRateEndTheirStreamAndHoldNobodyUp() {
        Publisher publisher = live("crumbs");
        ByteBuffer crumbs = ByteBuffer.allocate(300_000 * 7);
        for (int i = 0; i < 300_000; i++) {
            crumbs.put((byte) 0x82)
                    .put((byte) 0x81)
                    .putInt(0)
                    .put(recording.bytes().get(i));
        }
        publisher.socket().write(crumbs.flip());
        assertThat(Refusal.assertTold(publisher, FailureCode.TOO_MANY_MESSAGES, Publisher.SOON))
                .contains("20000 per second");
        List<Duration> waits = bystander.waits();
        assertThat(waits.get(waits.size() - 1))
                .as("longest wait of a bystander")
                .isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void tensOfThousandsOfMessagesOfOneByteArrive() {
        Recording crumbs = recording.withSingleBytes(60_000).first(60_005);
        int bytes = crumbs.messages().stream()
                .mapToInt(message -> message.payload().remaining())
                .sum();
        Publisher publisher = live("finecrumbs");
        assertThat(publisher.send(crumbs, Pace.FLAT_OUT).stop().acceptedBytes()).isEqualTo(bytes);
    }

    @Test
    void aStreamThatHasBeenLiveForLongEnoughEndsInOrder() {
        GatewayProcess brief = stage.gateway("--publish", nginx.publishUrl(), "--max-duration", "3s")
                .start();
        String key = stage.key("brief");
        Publisher publisher = brief.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        // The client is still sending when it is told.
        Together.start(() -> publisher.send(recording, Pace.ITS_OWN));
        Refusal.assertTold(publisher, FailureCode.DURATION_EXCEEDED, Publisher.SOON);
        Broadcast.assertIsBeginning(recording, nginx.recording(key), 40);
        brief.awaitNoChildren(Publisher.SOON);
    }
}
