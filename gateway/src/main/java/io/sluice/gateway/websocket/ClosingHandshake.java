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
 * Sees a close through that the gateway began: swallows what the client still sends until it answers the close or the time is up.
 *
 * <p>Closing the socket at once would not do: with input unread, TCP answers with a reset, and the reset overtakes the failure message
 * and the close frame that were to tell the client what happened. The answer must not reach Reactor Netty either, which would reply with
 * a second close frame.
 */
final class ClosingHandshake extends ChannelInboundHandlerAdapter {

    static final String NAME = "sluice.closingHandshake";

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    /** What a client may have on its way when it is told; one that sends more has not stopped. */
    private static final long MAX_SWALLOWED_BYTES = 16 * 1_024 * 1_024;

    private @Nullable ScheduledFuture<?> deadline;
    private long swallowedBytes;

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        deadline = context.executor().schedule(() -> context.close(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        boolean answered = message instanceof CloseWebSocketFrame;
        swallowedBytes +=
                message instanceof ByteBufHolder holder ? holder.content().readableBytes() : 0;
        ReferenceCountUtil.release(message);
        if (answered || swallowedBytes > MAX_SWALLOWED_BYTES) {
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
