package io.sluice.gateway.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose client does not read what waits for it, or reads less than {@value #LEAST_BYTES_PER_SECOND}
 * bytes a second. Must be the first handler, so that it counts what reaches the socket, after TLS. Confined to its
 * connection's event loop.
 */
final class UnreadAnswerHandler extends ChannelOutboundHandlerAdapter {

    static final String NAME = "sluice.unreadAnswer";

    static final int LEAST_BYTES_PER_SECOND = 1_024;

    private static final Logger LOG = LoggerFactory.getLogger(UnreadAnswerHandler.class);

    private final Duration timeout;
    private final Runnable onUnread;
    private @Nullable ScheduledFuture<?> deadline;
    private long offered;
    /** At the start of the period. */
    private long offeredBefore;

    private long writtenBefore;

    /**
     * A handler for one connection.
     *
     * @param timeout the period in which the client has to read something
     * @param onUnread runs when it closes the connection
     */
    UnreadAnswerHandler(Duration timeout, Runnable onUnread) {
        this.timeout = timeout;
        this.onUnread = onUnread;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            offered += bytes.readableBytes();
        } else if (message instanceof FileRegion region) {
            offered += region.count();
        }
        context.write(message, promise);
    }

    @Override
    public void flush(ChannelHandlerContext context) {
        context.flush();
        if (deadline == null && pending(context) > 0) {
            startPeriod(context);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }

    private void startPeriod(ChannelHandlerContext context) {
        offeredBefore = offered;
        writtenBefore = written(context);
        deadline = context.executor().schedule(() -> inspect(context), timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void inspect(ChannelHandlerContext context) {
        deadline = null;
        if (!context.channel().isOpen() || pending(context) == 0) {
            return;
        }
        long least = writtenBefore + LEAST_BYTES_PER_SECOND * timeout.toMillis() / TimeUnit.SECONDS.toMillis(1);
        // If everything has gone that waited when the period began, what waits now has not waited for long.
        if (written(context) >= Math.min(least, offeredBefore)) {
            startPeriod(context);
            return;
        }
        LOG.debug("{} has not read its answer for {}", context.channel(), timeout);
        onUnread.run();
        context.close();
    }

    private long written(ChannelHandlerContext context) {
        return offered - pending(context);
    }

    /** The bytes that the socket has not taken. Netty's own total includes an allowance for each message. */
    private static long pending(ChannelHandlerContext context) {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : Math.max(0, buffer.totalPendingWriteBytes() - buffer.currentProgress());
    }
}
