package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBufHolder;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Completes a closing handshake that the gateway started: discards the client's input until it answers the close frame
 * or the timeout expires.
 *
 * <p>The socket cannot be closed immediately: with unread input, TCP sends a reset, which overtakes the failure message
 * and the close frame. The client's close frame must not reach Reactor Netty either, which would reply with a second
 * one.
 */
final class ClosingHandshake extends ChannelInboundHandlerAdapter {

    static final String NAME = "sluice.closingHandshake";

    static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** More than a client can have in flight when it receives the close frame; one that sends more has not stopped. */
    private static final long MAX_DISCARDED_BYTES = 16 * 1_024 * 1_024;

    private @Nullable ScheduledFuture<?> deadline;
    private long discardedBytes;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        deadline = context.executor().schedule(() -> context.close(), TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        boolean answered = message instanceof CloseWebSocketFrame;
        discardedBytes +=
                message instanceof ByteBufHolder holder ? holder.content().readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (answered || discardedBytes > MAX_DISCARDED_BYTES) {
            context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        context.fireChannelInactive();
    }
}
