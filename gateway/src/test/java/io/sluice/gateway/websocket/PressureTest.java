package io.sluice.gateway.websocket;

import static io.sluice.gateway.websocket.IngestRoutesTest.OPEN;
import static io.sluice.gateway.websocket.IngestRoutesTest.STOP;
import static io.sluice.gateway.websocket.RawWebSocket.BINARY;
import static io.sluice.gateway.websocket.RawWebSocket.FIN;
import static io.sluice.gateway.websocket.RawWebSocket.PING;
import static io.sluice.gateway.websocket.RawWebSocket.PONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.delivery.OutputRules;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.session.SessionEvent;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.protocol.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bounds on what a client can make the gateway buffer, and no loss of media. */
@ExtendWith(NoBufferLeaks.class)
class PressureTest {

    private static final int FRAME_BYTES = 65_536;

    /** More than the two socket buffers of a loopback connection can grow to on Linux. */
    private static final long MAX_IN_SOCKETS = 24_000_000;

    /** The queue and one read more, then the one buffer that did not fit into the pipe. */
    private static final int MAX_IN_GATEWAY = SessionLimits.defaults().buffers().highWaterBytes() + 3 * FRAME_BYTES;

    /** The bound in docs/architecture.md for a stalled stream, whatever the size of its frames. */
    private static final long MAX_MEMORY_OF_A_STALLED_STREAM = 256 * 1_024;

    /** Slows down the client instead of leaving media out. */
    private static final SessionLimits.Buffers WITHOUT_SKIPPING =
            new SessionLimits.Buffers(32 * 1_024, 96 * 1_024, 8 * 1_024 * 1_024, 2 * 1_024 * 1_024, Duration.ZERO);

    /** Does not end a stream that floods the gateway. */
    private static final SessionLimits UNLIMITED = new SessionLimits(
            SessionLimits.Timeouts.defaults(),
            new SessionLimits.Rates(10_000_000, 1L << 40, 1_000_000, 1_000_000, 1_000_000),
            WITHOUT_SKIPPING,
            OutputRules.defaults(),
            Duration.ofMillis(100));

    /** Not pooled, so that its metrics are exact. */
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);

    private final GatewayStage stage = GatewayStage.start(memory, builder -> builder.limits(UNLIMITED));

    @AfterEach
    void close() {
        stage.close();
    }

    private RawWebSocket opened(String key) {
        RawWebSocket client = RawWebSocket.connect(stage, "/ingest", "sluice.v1");
        client.text(OPEN.replace("k-1", key));
        client.nextText("\"opened\"");
        return client;
    }

    private static ProcessHandle onlyChild() {
        List<ProcessHandle> children = ProcessHandle.current().children().toList();
        assertThat(children).hasSize(1);
        return children.get(0);
    }

    private static void signal(String name, ProcessHandle process) {
        try {
            Process kill = new ProcessBuilder("/bin/kill", "-" + name, Long.toString(process.pid())).start();
            assertThat(kill.waitFor()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private List<Progress> progress(String key) {
        return stage.events().stream()
                .filter(SessionEvent.Progressed.class::isInstance)
                .map(SessionEvent.Progressed.class::cast)
                .filter(event -> event.streamKey().value().equals(key))
                .map(SessionEvent.Progressed::progress)
                .toList();
    }

    @Test
    void whatWasSentBeforeTheCloseIsDeliveredAfterIt() {
        byte[] media = GatewayStage.recording("webm-h264-opus.webm");
        try (RawWebSocket client = opened("k-1")) {
            ProcessHandle ffmpeg = onlyChild();
            signal("STOP", ffmpeg);
            client.media(media);
            client.close(1000);
            Awaitility.await().until(() -> progress("k-1").stream().anyMatch(p -> p.queuedBytes() > 0));
            signal("CONT", ffmpeg);
            assertThat(stage.awaitEnded().acceptedBytes()).isEqualTo(media.length);
            assertThat(stage.awaitEnded().failure()).isEmpty();
        }
    }

    @Test
    void aClientThatDisconnectsWithoutACloseFrameLosesNothing() {
        byte[] media = GatewayStage.recording("webm-h264-opus.webm");
        try (RawWebSocket client = opened("k-1")) {
            ProcessHandle ffmpeg = onlyChild();
            signal("STOP", ffmpeg);
            client.media(media);
            client.shutDownOutput();
            Awaitility.await().until(() -> progress("k-1").stream().anyMatch(p -> p.queuedBytes() > 0));
            signal("CONT", ffmpeg);
            assertThat(stage.awaitEnded().acceptedBytes()).isEqualTo(media.length);
        }
    }

    @Test
    void aStoppedFfmpegStopsOnlyItsClient() {
        byte[] media = GatewayStage.recording("webm-opus-audioonly.webm");
        AtomicLong sent = new AtomicLong();
        try (RawWebSocket client = opened("k-1")) {
            ProcessHandle ffmpeg = onlyChild();
            signal("STOP", ffmpeg);
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> flood(client, sent));
            try (RawWebSocket other = opened("k-2")) {
                other.media(media);
                other.text(STOP);
                assertThat(other.nextText("\"ended\"")).contains("\"acceptedBytes\":" + media.length);
            }
            Awaitility.await()
                    .until(() -> progress("k-1").stream()
                                    .filter(p -> p.queuedBytes()
                                            > SessionLimits.defaults().buffers().highWaterBytes() / 2)
                                    .count()
                            > 2);
            assertThat(sender).isNotDone();
            assertThat(sent).hasValueLessThan(MAX_IN_SOCKETS);
            assertThat(progress("k-1")).allMatch(p -> p.queuedBytes() <= MAX_IN_GATEWAY);
            signal("KILL", ffmpeg);
            Awaitility.await("remaining input is discarded or refused").until(sender::isDone);
        }
    }

    @Test
    void oneByteFramesForAFullPipeHoldNoMoreMemoryThanIsPromised() {
        byte[] start = GatewayStage.recording("webm-opus-audioonly.webm");
        int frames = 60_000;
        try (RawWebSocket client = opened("k-1")) {
            ProcessHandle ffmpeg = onlyChild();
            signal("STOP", ffmpeg);
            // Slightly more than the pipe's 64 KiB, so that the next byte does not fit.
            client.media(Arrays.copyOf(start, 70_000));
            Awaitility.await().until(() -> latestQueuedBytes("k-1") > 0);
            long before = latestQueuedBytes("k-1");
            byte[] frame = RawWebSocket.encode(FIN | BINARY, new byte[1]);
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < frames; i++) {
                    // In its own TCP segment, because the socket has TCP_NODELAY set.
                    client.write(frame);
                }
            });
            Awaitility.await("the accepted frames have arrived").until(() -> {
                long queued = latestQueuedBytes("k-1");
                return sender.isDone() && (queued == before + frames || queued >= MAX_MEMORY_OF_A_STALLED_STREAM / 4);
            });
            assertThat(latestQueuedBytes("k-1")).isGreaterThan(before + frames / 2);
            Awaitility.await("read buffers are released")
                    .untilAsserted(() -> assertThat(memory.metric().usedDirectMemory())
                            .isLessThanOrEqualTo(MAX_MEMORY_OF_A_STALLED_STREAM));
            signal("KILL", ffmpeg);
        }
    }

    private long latestQueuedBytes(String key) {
        List<Progress> all = progress(key);
        return all.isEmpty() ? 0 : all.get(all.size() - 1).queuedBytes();
    }

    /** Sends until the connection ends, or until far more was sent than back-pressure could allow. */
    private static void flood(RawWebSocket client, AtomicLong sent) {
        byte[] start = GatewayStage.recording("webm-opus-audioonly.webm");
        byte[] frame = RawWebSocket.encode(FIN | BINARY, Arrays.copyOf(start, FRAME_BYTES));
        while (sent.get() < 10 * MAX_IN_SOCKETS) {
            client.write(frame);
            sent.addAndGet(frame.length);
        }
    }

    @Test
    void aFloodOfPingsGetsFewPongsAndTheLatest() {
        int pings = 50_000;
        ByteBuffer flood = ByteBuffer.allocate(pings * 10);
        for (int i = 0; i < pings; i++) {
            flood.put(RawWebSocket.encode(FIN | PING, number(i)));
        }
        long start = System.nanoTime();
        try (RawWebSocket client = RawWebSocket.connect(stage, "/ingest", "sluice.v1")) {
            client.write(flood.array());
            int pongs = 0;
            ByteBuffer last = ByteBuffer.allocate(0);
            while (!last.equals(ByteBuffer.wrap(number(pings - 1)))) {
                last = client.next(PONG).payload();
                pongs++;
            }
            long tenths = (System.nanoTime() - start) / 100_000_000;
            assertThat(pongs).isLessThanOrEqualTo((int) tenths + 2);
            client.send(FIN | PING, number(-1));
            assertThat(client.next(PONG).payload()).isEqualTo(ByteBuffer.wrap(number(-1)));
        }
    }

    private static byte[] number(int i) {
        return ByteBuffer.allocate(4).putInt(i).array();
    }

    @Test
    void aClientThatNeverReadsGetsOnlyAFewPongs() {
        byte[] ping = RawWebSocket.encode(FIN | PING, new byte[125]);
        ByteBuffer many = ByteBuffer.allocate(ping.length * 10_000);
        for (int i = 0; i < 10_000; i++) {
            many.put(ping);
        }
        try (RawWebSocket client = RawWebSocket.connect(stage, "/ingest", "sluice.v1")) {
            for (int i = 0; i < 20; i++) {
                client.write(many.array());
            }
            client.text(STOP);
            int pongs = 0;
            RawWebSocket.Frame frame = client.next();
            for (; frame.opcode() == PONG; frame = client.next()) {
                pongs++;
            }
            assertThat(frame.text()).contains("unexpected-message");
            assertThat(pongs).isLessThan(200);
        }
    }
}
