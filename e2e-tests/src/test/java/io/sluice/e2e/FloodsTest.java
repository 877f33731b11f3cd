package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.Comparison;
import io.sluice.e2e.harness.Concurrency.OneCrowdAtATime;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.wire.Frame;
import io.sluice.e2e.wire.WebSocketClient;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Clients that keep to the protocol and send as much of the most expensive as they can, while somebody else is live.
 */
@OneCrowdAtATime
final class FloodsTest {

    private static final long MEGABYTE = 1 << 20;
    /** As many as come in a second at line rate, and fewer than the default limit lets pass at once. */
    private static final int SINGLE_BYTES = 90_000;

    private static final int FRAMES_AT_ONCE = 5_000;
    private static final Duration LIMIT = Publisher.SOON.multipliedBy(2);

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");
    private NginxReceiver nginx;
    private GatewayProcess gateway;
    private Comparison comparison;
    private long before;

    @BeforeEach
    void start() {
        nginx = stage.nginx();
        gateway = stage.gateway("--publish", nginx.publishUrl()).jvm("-Xmx48m").start();
        comparison = Comparison.live(stage, nginx, gateway);
        before = gateway.facts().residentBytes();
    }

    private void assertBoundedAndNobodyDisturbed() {
        assertThat(gateway.facts().residentBytes() - before).as("growth").isLessThan(70 * MEGABYTE);
        comparison.assertNotDisturbed();
    }

    /** Seven bytes on the wire for each byte of media, and a frame for each. */
    @Test
    void mediaInFramesOfOneByteAsFastAsTheyGoArrivesWhole() {
        String key = stage.key("onebyte");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        ByteBuffer media = recording.bytes();
        inFramesOfOneByte(media.slice(0, SINGLE_BYTES)).forEach(publisher.socket()::write);
        publisher.socket().send(Frame.binary(media.slice(SINGLE_BYTES, media.remaining() - SINGLE_BYTES)));
        assertThat(publisher.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
        assertBoundedAndNobodyDisturbed();
    }

    /** None of them is anything: no media, no control message, no end. */
    @Test
    void emptyFragmentsAndUnaskedPongsAreNothingHoweverMany() {
        ByteBuffer empty = many(Frame.continuation(ByteBuffer.allocate(0)).withMoreToCome(), 10_000);
        ByteBuffer pongs = many(Frame.of(10, ByteBuffer.allocate(125)), 500);
        Together.doAll(LIMIT, List.of(flood("empty", empty, 100), flood("pongs", pongs, 500)));
        assertBoundedAndNobodyDisturbed();
        gateway.awaitNoChildren(Publisher.SOON);
    }

    private Callable<Void> flood(String name, ByteBuffer what, int times) {
        return () -> {
            Publisher publisher = gateway.connect(Publisher.negotiated(stage.key(name)));
            publisher.open(recording.mimeType());
            publisher.socket().send(Frame.binary(ByteBuffer.allocate(0)).withMoreToCome());
            try {
                for (int i = 0; i < times; i++) {
                    publisher.socket().write(what);
                }
            } catch (UncheckedIOException e) {
                // Told that it is enough.
            }
            publisher.socket().reset();
            return null;
        };
    }

    /**
     * Each is given as much as it may send, and none of it is complete: what is held of it must not depend on its size.
     */
    @Test
    void aHundredMessagesOfEightMegabytesThatNeverEndCostNoMemory() {
        List<Callable<WebSocketClient>> clients = IntStream.range(0, 100)
                .<Callable<WebSocketClient>>mapToObj(i -> () -> beginLargeMessage(stage.key("large" + i)))
                .toList();
        List<WebSocketClient> begun = Together.doAll(LIMIT, clients);
        assertBoundedAndNobodyDisturbed();
        begun.forEach(WebSocketClient::reset);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    /** No FFmpeg starts before the first bytes tell what they are, and these do not. */
    private WebSocketClient beginLargeMessage(String key) {
        WebSocketClient client = WebSocketClient.connectDeaf(gateway.address(), Publisher.plain(key, null));
        client.announce(Frame.binary(ByteBuffer.allocate(0)), 8 << 20);
        client.write(ByteBuffer.wrap(new byte[] {0x1a ^ 0x5a}));
        return client;
    }

    private static List<ByteBuffer> inFramesOfOneByte(ByteBuffer media) {
        return IntStream.range(0, media.remaining() / FRAMES_AT_ONCE)
                .mapToObj(write -> {
                    ByteBuffer all = ByteBuffer.allocate(FRAMES_AT_ONCE * 7);
                    for (int i = 0; i < FRAMES_AT_ONCE; i++) {
                        all.put(Frame.binary(media.slice(write * FRAMES_AT_ONCE + i, 1))
                                .encoded());
                    }
                    return all.flip();
                })
                .toList();
    }

    private static ByteBuffer many(Frame frame, int count) {
        ByteBuffer one = frame.encoded();
        ByteBuffer all = ByteBuffer.allocate(count * one.remaining());
        for (int i = 0; i < count; i++) {
            all.put(one.duplicate());
        }
        return all.flip();
    }
}
