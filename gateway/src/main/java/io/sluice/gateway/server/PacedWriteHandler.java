package io.sluice.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Passes large answers on in pieces, as the client reads them. Answers are mostly shared memory, so that one that waits
 * costs nothing; but TLS encrypts everything that it is given, for each connection again. Must be between TLS and the
 * HTTP codec. Confined to its connection's event loop.
 *
 * <p>Ownership: what waits is released with the connection. {@link RequestTimeoutHandler} bounds the number of answers.
 */
final class PacedWriteHandler extends ChannelDuplexHandler {

    static final String NAME = "sluice.pacedWrite";

    /** One TLS record. */
    private static final int PIECE_BYTES = 16 * 1_024;

    private record Waiting(Object message, ChannelPromise promise) {}

    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private boolean isDraining;

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (waiting.isEmpty() && context.channel().isWritable() && !isLarge(message)) {
            context.write(message, promise);
        } else {
            waiting.add(new Waiting(message, promise));
        }
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        drain(context);
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (context.channel().isWritable() && !waiting.isEmpty()) {
            drain(context);
            context.flush();
        }
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        fail();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        fail();
    }

    /** Whether answers wait. */
    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    private static boolean isLarge(Object message) {
        return message instanceof ByteBuf bytes && bytes.readableBytes() > PIECE_BYTES;
    }

    private void drain(ChannelHandlerContext context) {
        if (isDraining) {
            return;
        }
        isDraining = true;
        try {
            Waiting next = waiting.peek();
            while (next != null && context.channel().isWritable()) {
                writePiece(context, next);
                if (!context.channel().isWritable()) {
                    // What the socket takes now makes room for the next piece.
                    context.flush();
                }
                next = waiting.peek();
            }
        } finally {
            isDraining = false;
        }
    }

    private void writePiece(ChannelHandlerContext context, Waiting next) {
        if (next.message() instanceof ByteBuf bytes && bytes.readableBytes() > PIECE_BYTES) {
            context.write(bytes.readRetainedSlice(PIECE_BYTES));
        } else {
            waiting.remove();
            context.write(next.message(), next.promise());
        }
    }

    private void fail() {
        @Nullable Waiting next = waiting.poll();
        while (next != null) {
            ReferenceCountUtil.release(next.message());
            next.promise().tryFailure(new ClosedChannelException());
            next = waiting.poll();
        }
    }
}
