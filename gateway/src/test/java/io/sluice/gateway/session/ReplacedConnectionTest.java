package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Result;
import io.sluice.protocol.Stop;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A connection is replaced while media flows. What a program in FFmpeg's place reads is written to a file by its
 * number.
 */
@ExtendWith(NoBufferLeaks.class)
class ReplacedConnectionTest {

    private static final byte[] MEDIA = SessionStage.recording("webm-opus-audioonly.webm");
    private static final int PIECE_BYTES = 4_096;

    @RegisterExtension
    final SessionStage stage = new SessionStage();

    private final EventLoopGroup others = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ScriptedClient client = new ScriptedClient();

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

    @AfterEach
    void close() {
        others.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
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

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionIsReplacedUnderALiveStream(boolean onAnotherLoop) {
        StreamSession session = live();
        EventLoop loop = onAnotherLoop ? others.next() : stage.loop;
        int half = MEDIA.length / 2;
        Ingest first = session.ingest();
        deliver(stage.loop, first, 0, half);

        ScriptedClient second = new ScriptedClient().on(loop);
        Ingest next = Objects.requireNonNull(
                loop.submit(() -> session.attach(second)).awaitUninterruptibly().getNow());
        deliver(loop, next, half, MEDIA.length);
        // What the first one delivers late must not reach the stream, nor may its end.
        Awaitility.await().until(() -> stage.onLoop(() -> session.ingest() != first));
        deliver(stage.loop, first, 0, half);
        stage.onLoop(first::onDisconnect);
        stage.onLoop(() -> first.onMessage(Result.ok(new Stop())));
        assertThat(session.status().state()).isEqualTo(SessionState.LIVE);

        loop.submit(() -> next.onMessage(Result.ok(new Stop()))).syncUninterruptibly();
        stage.awaitEnd(session);
        assertThat(readBy(0)).isEqualTo(MEDIA);
        assertThat(client.words()).hasOnlyElementsOfType(Opened.class);
        Awaitility.await().until(() -> !second.words().isEmpty());
        assertThat(second.words())
                .singleElement()
                .isInstanceOfSatisfying(
                        Ended.class, ended -> assertThat(ended.acceptedBytes()).isEqualTo(MEDIA.length));
    }
}
