package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.gateway.guards.NoBufferLeaks;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a socket takes is what the test lets through. */
@ExtendWith(NoBufferLeaks.class)
class PacedWriteHandlerTest {

    private static final int KIB = 1_024;

    private final Socket socket = new Socket();
    private final PacedWriteHandler writes = new PacedWriteHandler();
    private final EmbeddedChannel channel = new EmbeddedChannel(socket, writes);

    PacedWriteHandlerTest() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(16 * KIB, 32 * KIB));
    }

    /** Keeps what is written, as TLS does until it is flushed to a socket that takes nothing. */
    private static final class Socket extends ChannelOutboundHandlerAdapter {

        private final Queue<ByteBuf> held = new ArrayDeque<>();
        private int heldBytes;

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            ByteBuf bytes = (ByteBuf) message;
            held.add(bytes);
            heldBytes += bytes.readableBytes();
            count(context.channel(), bytes.readableBytes());
            promise.trySuccess();
        }

        @Override
        public void flush(ChannelHandlerContext context) {}

        int take(Channel channel) {
            ByteBuf next = held.remove();
            int bytes = next.readableBytes();
            heldBytes -= bytes;
            next.release();
            count(channel, -bytes);
            return bytes;
        }

        private static void count(Channel channel, int bytes) {
            channel.unsafe().outboundBuffer().setUserDefinedWritability(1, bytes < 0);
        }
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
        while (!socket.held.isEmpty()) {
            socket.held.remove().release();
        }
    }

    @Test
    void aLargeAnswerIsPassedOnAsTheSocketTakesIt() {
        ChannelFuture written = channel.writeAndFlush(Unpooled.directBuffer().writeZero(100 * KIB));
        assertThat(socket.heldBytes).isEqualTo(16 * KIB);
        assertThat(writes.isWaiting()).isTrue();
        int taken = 0;
        while (!socket.held.isEmpty()) {
            taken += socket.take(channel);
            channel.runPendingTasks();
            assertThat(socket.heldBytes).isLessThanOrEqualTo(16 * KIB);
        }
        assertThat(taken).isEqualTo(100 * KIB);
        assertThat(written.isSuccess()).isTrue();
        assertThat(writes.isWaiting()).isFalse();
    }

    @Test
    void theOrderOfSmallAndLargeMessagesIsKept() {
        channel.write(Unpooled.directBuffer().writeZero(20 * KIB));
        channel.writeAndFlush(Unpooled.directBuffer().writeZero(7));
        StringBuilder sizes = new StringBuilder();
        while (!socket.held.isEmpty()) {
            sizes.append(socket.take(channel)).append(' ');
            channel.runPendingTasks();
        }
        assertThat(sizes).hasToString("16384 4096 7 ");
    }

    @Test
    void whatWaitsIsReleasedWithTheConnection() {
        ByteBuf answer = Unpooled.directBuffer().writeZero(100 * KIB);
        ChannelFuture written = channel.writeAndFlush(answer);
        channel.close();
        assertThat(written.isDone()).isTrue();
        assertThat(written.isSuccess()).isFalse();
        while (!socket.held.isEmpty()) {
            socket.held.remove().release();
        }
        assertThat(answer.refCnt()).isZero();
    }
}
