package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.Ended;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The end of a stream is replaced while media flows. What a program in FFmpeg's place reads is written to a file by its
 * number.
 */
@ExtendWith(NoBufferLeaks.class)
class ReplaceableEndsTest {

    private static final byte[] MEDIA = SessionStage.recording("webm-opus-audioonly.webm");
    private static final int HEADER_BYTES = headerBytes();
    private static final int PIECE_BYTES = 4_096;

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private final ScriptedClient client = new ScriptedClient();

    private static int headerBytes() {
        byte[] cluster = {0x1F, 0x43, (byte) 0xB6, 0x75};
        for (int i = 0; ; i++) {
            if (Arrays.equals(MEDIA, i, i + cluster.length, cluster, 0, cluster.length)) {
                return i;
            }
        }
    }

    @BeforeEach
    void record() throws IOException {
        Path program = stage.folder().resolve("record");
        // mkdir is atomic, so each run gets a number of its own.
        Files.writeString(program, """
                #!/bin/sh
                n=0
                until mkdir "%1$s/run-$n" 2>/dev/null; do n=$((n+1)); done
                cat > "%1$s/run-$n/stdin"
                printf 'total_size=1\\nout_time_us=1000000\\nprogress=end\\n'
                """.formatted(stage.folder()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        stage.withProgram(program.toString());
    }

    private byte[] readBy(int run) {
        try {
            return Files.readAllBytes(stage.folder().resolve("run-" + run).resolve("stdin"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StreamSession live() {
        StreamSession session = stage.negotiated(client);
        stage.open(session, SessionStage.KEY);
        Awaitility.await().until(() -> session.status().state() == SessionState.LIVE);
        return session;
    }

    /** Delivers as a connection does, on its own loop, some bytes at a time. */
    private static void deliver(EventLoop loop, Ingest ingest, int from, int to) {
        for (int at = from; at < to; at += PIECE_BYTES) {
            ByteBuf piece = ByteBufAllocator.DEFAULT.directBuffer(PIECE_BYTES);
            piece.writeBytes(MEDIA, at, Math.min(PIECE_BYTES, to - at));
            loop.submit(() -> ingest.onMedia(piece)).syncUninterruptibly();
        }
    }

    private OutputRun anotherRun(StreamSession session) {
        OutputRun first = Objects.requireNonNull(stage.onLoop(session::currentRun));
        return Objects.requireNonNull(stage.context()
                .ffmpeg()
                .launch(SessionStage.key(SessionStage.KEY), first.plan(), stage.loop)
                .map(ffmpeg -> new OutputRun(first.plan(), ffmpeg, Duration.ZERO))
                .block(SessionStage.PATIENCE));
    }

    @Test
    void aRunIsReplacedUnderALiveStream() {
        StreamSession session = live();
        int half = MEDIA.length / 2;
        deliver(stage.loop, session.ingest(), 0, half);
        // Before the first run ends, it has read what was given to it.
        Awaitility.await().until(() -> readBy(0).length == half);

        OutputRun next = anotherRun(session);
        stage.onLoop(() -> session.replaceRun(next));
        deliver(stage.loop, session.ingest(), half, MEDIA.length);
        assertThat(session.status().state()).isEqualTo(SessionState.LIVE);
        stage.stop(session);
        stage.awaitEnd(session);

        assertThat(readBy(0)).isEqualTo(Arrays.copyOf(MEDIA, half));
        byte[] second = readBy(1);
        assertThat(Arrays.copyOf(second, HEADER_BYTES)).isEqualTo(Arrays.copyOf(MEDIA, HEADER_BYTES));
        assertThat(Arrays.copyOfRange(second, HEADER_BYTES, second.length))
                .isEqualTo(Arrays.copyOfRange(MEDIA, half, MEDIA.length));
        assertThat(client.lastWord())
                .isInstanceOfSatisfying(
                        Ended.class,
                        ended -> assertThat(ended.acceptedBytes())
                                .as("the header that was repeated is no media of the stream")
                                .isEqualTo(MEDIA.length));
    }

    @Test
    void theEndOfARunThatWasReplacedIsNotTheStreams() {
        StreamSession session = live();
        ProcessHandle first = SessionStage.onlyChild();
        OutputRun next = anotherRun(session);
        stage.onLoop(() -> session.replaceRun(next));
        Awaitility.await("the first run finishes by itself").until(() -> !first.isAlive());
        deliver(stage.loop, session.ingest(), 0, MEDIA.length);
        assertThat(session.status().state()).isEqualTo(SessionState.LIVE);
        stage.stop(session);
        stage.awaitEnd(session);
        assertThat(readBy(1)).isEqualTo(MEDIA);
    }

    @Test
    void onlyALiveStreamGetsAnotherRun() {
        StreamSession session = live();
        OutputRun next = anotherRun(session);
        stage.stop(session);
        session.done().block(SessionStage.PATIENCE);
        assertThatThrownBy(() -> stage.onLoop(() -> session.replaceRun(next)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("CLOSED");
        next.ffmpeg().shutdown().block(SessionStage.PATIENCE);
    }
}
