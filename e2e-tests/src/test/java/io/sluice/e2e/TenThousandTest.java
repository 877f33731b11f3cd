package io.sluice.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Bystander;
import io.sluice.e2e.harness.Concurrency.OneCrowdAtATime;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.JvmFacts;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.wire.Frame;
import io.sluice.e2e.wire.Handshake;
import io.sluice.e2e.wire.Stranger;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What ten thousand hostile connections leave behind: nothing. */
@OneCrowdAtATime
final class TenThousandTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private static final int AT_ONCE = 16;
    private static final int WARM_UP = 2_000;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long MEGABYTE = 1 << 20;

    /** One in so many gets as far as an FFmpeg, which costs the machine a thousand times what the others cost. */
    private static final int WITH_FFMPEG = 400;

    private static final int POOLED_THREADS = 10;

    private static final String FIFTY_MEGABYTES = "\u0082\u00ff\0\0\0\0\u0003 \0\0mask";
    private static final String TLS_HELLO = "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003";

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @Test
    void tenThousandHostileConnectionsLeaveNoTrace() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl())
                .jvm("-Xmx64m")
                .jvm("-Dio.netty.leakDetection.level=paranoid")
                // Else the JVM's own threads come and go.
                .jvm("-XX:-UseDynamicNumberOfCompilerThreads")
                .jvm("-XX:-UseDynamicNumberOfGCThreads")
                .jvm(JvmFacts.COUNTING)
                .start();
        JvmFacts jvm = new JvmFacts(gateway.pid());
        wave(gateway, WARM_UP);
        settle(gateway, jvm, Long.MAX_VALUE);
        long descriptors = gateway.facts().descriptors();
        long threads = gateway.facts().threads();
        long direct = jvm.directBytes();

        Bystander bystander = Bystander.live(gateway, nginx, stage.key("bystander"));
        wave(gateway, 10_000);
        bystander.assertUndisturbed();

        settle(gateway, jvm, descriptors);
        assertThat(gateway.facts().descriptors()).as("descriptors").isEqualTo(descriptors);
        // Pools keep a thread for a minute after its last task; a thread for each connection, or for each FFmpeg, would
        // be many more.
        assertThat(gateway.facts().threads()).as("threads").isLessThan(threads + POOLED_THREADS);
        // Netty keeps what it once took in chunks for the next buffers.
        assertThat(jvm.directBytes() - direct).as("growth of direct memory").isLessThan(8 * MEGABYTE);
        assertThat(gateway.children()).isEmpty();
        assertThat(gateway.output()).doesNotContain("LEAK:", "internal-error", "Exception");
        assertThat(gateway.isReady()).isTrue();
    }

    private void settle(GatewayProcess gateway, JvmFacts jvm, long descriptors) {
        gateway.awaitNoChildren(Publisher.SOON);
        await("descriptors are given back")
                .atMost(Publisher.SOON)
                .until(() -> gateway.facts().descriptors() <= descriptors);
        jvm.collectGarbage();
        gateway.isReady();
        jvm.collectGarbage();
        gateway.isReady();
    }

    private void wave(GatewayProcess gateway, int count) {
        AtomicInteger next = new AtomicInteger();
        List<Callable<Void>> crowd = IntStream.range(0, AT_ONCE)
                .<Callable<Void>>mapToObj(thread -> () -> {
                    for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                        attack(gateway.address(), i);
                    }
                    return null;
                })
                .toList();
        Together.doAll(LIMIT, crowd);
    }

    /** Whatever the gateway does in return is right here; the connection may be gone in the middle of anything. */
    private void attack(InetSocketAddress gateway, int number) {
        try (Stranger stranger = Stranger.connect(gateway)) {
            if (number % WITH_FFMPEG == 0) {
                leaveWithAnFfmpeg(stranger, gateway, number);
            } else {
                attack(stranger, gateway, number);
            }
        } catch (UncheckedIOException e) {
            // Thrown out while still speaking.
        }
    }

    private void leaveWithAnFfmpeg(Stranger stranger, InetSocketAddress gateway, int number) {
        stranger.say(Stranger.request(gateway, Publisher.plain(stage.key("n" + number), recording.mimeType())))
                .awaitAnswer();
        recording.first(3).messages().forEach(message -> stranger.say(Frame.binary(message.payload())));
        stranger.reset();
    }

    private void attack(Stranger stranger, InetSocketAddress gateway, int number) {
        byte[] upgrade = Stranger.request(gateway, Publisher.negotiated("attacker" + number));
        byte[] plain = Stranger.request(gateway, Publisher.plain("attacker" + number, null));
        switch (number % 12) {
            case 0 -> stranger.say(noise(number)).close();
            case 1 -> stranger.say(upgrade).reset();
            case 2 ->
                stranger.say(new String(upgrade, 0, number % upgrade.length, ISO_8859_1))
                        .reset();
            case 3 ->
                stranger.say(Stranger.request(gateway, new Handshake("/ingest?streamKey=a", "x.v9")))
                        .awaitAnswer()
                        .close();
            case 4 -> {
                stranger.say(Stranger.request(gateway, Publisher.plain("a/../b", null)))
                        .awaitAnswer();
                hangUpAfterTheClose(stranger);
            }
            // Behind a broken frame the gateway can read no close any more, and gives the client 3 s to go.
            case 5 ->
                stranger.say(upgrade)
                        .awaitAnswer()
                        .say(Frame.binary(ByteBuffer.allocate(3)).withReservedBits(4))
                        .hearSomething()
                        .close();
            case 6 ->
                stranger.say(plain)
                        .awaitAnswer()
                        .say(FIFTY_MEGABYTES + "x".repeat(number % 5_000))
                        .reset();
            case 7 -> {
                stranger.say(plain).awaitAnswer().say(Frame.binary(ByteBuffer.wrap("#EXTM3U".getBytes(ISO_8859_1))));
                hangUpAfterTheClose(stranger);
            }
            case 8 -> stranger.say(TLS_HELLO).close();
            case 9 ->
                stranger.say("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")
                        .close();
            case 10 ->
                stranger.say(upgrade)
                        .awaitAnswer()
                        .say(Frame.text("{\"type\":\"open\",").withMoreToCome())
                        .close();
            default ->
                stranger.say("GET /watch/%2e%2e/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .hearToTheEnd();
        }
    }

    /** As a client does that keeps to the closing handshake; for one that does not, the gateway waits, in vain. */
    private static void hangUpAfterTheClose(Stranger stranger) {
        stranger.say(Frame.close(1000, "")).hearToTheEnd();
    }

    private static byte[] noise(int seed) {
        byte[] noise = new byte[200];
        new Random(seed).nextBytes(noise);
        return noise;
    }
}
