package io.sluice.gateway.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose next HTTP request is not complete in time, whether its client sends nothing, half a TLS
 * handshake, or a byte now and then. Removes itself at the upgrade, because a session has its own timeouts. Confined to
 * its connection's event loop.
 */
final class RequestTimeoutHandler extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RequestTimeoutHandler.class);
    private static final String HEALTH = "/health";
    private static final String RETRY_AFTER_SECONDS = "10";
    private static final byte[] FULL =
            "The gateway has reached its limit of connections; try again later.\n".getBytes(StandardCharsets.UTF_8);

    private final Duration first;
    private final Duration next;
    private final boolean isFull;
    private final Runnable onTooSlow;
    private @Nullable ScheduledFuture<?> deadline;
    private int unanswered;
    private boolean inRequest;
    private boolean isRefused;

    /**
     * A handler for one connection.
     *
     * @param first the timeout of the first request
     * @param next the timeout from a response to the next request
     * @param isFull whether there are too many connections, so that only health requests are answered
     * @param onTooSlow runs when it closes the connection
     */
    RequestTimeoutHandler(Duration first, Duration next, boolean isFull, Runnable onTooSlow) {
        this.onTooSlow = onTooSlow;
        this.first = first;
        this.next = next;
        this.isFull = isFull;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        startTimeout(context, first);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        cancelTimeout();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelTimeout();
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (isRefused) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (isFull && message instanceof HttpRequest request && !request.uri().startsWith(HEALTH)) {
            ReferenceCountUtil.release(message);
            refuse(context);
            return;
        }
        if (message instanceof HttpRequest) {
            unanswered++;
            inRequest = true;
        }
        if (message instanceof LastHttpContent) {
            inRequest = false;
            cancelTimeout();
            // The body of a refused request arrives after its response.
            if (unanswered == 0) {
                startTimeout(context, next);
            }
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        HttpStatusClass status =
                message instanceof HttpResponse response ? response.status().codeClass() : HttpStatusClass.UNKNOWN;
        context.write(message, promise);
        if (status == HttpStatusClass.INFORMATIONAL) {
            if (message instanceof HttpResponse response
                    && HttpResponseStatus.SWITCHING_PROTOCOLS.equals(response.status())) {
                context.pipeline().remove(this);
            }
        } else if (message instanceof LastHttpContent) {
            onResponse(context, promise);
        }
    }

    private void onResponse(ChannelHandlerContext context, ChannelPromise promise) {
        unanswered = Math.max(0, unanswered - 1);
        if (isFull) {
            promise.unvoid().addListener(ChannelFutureListener.CLOSE);
        } else if (unanswered == 0 && !inRequest) {
            startTimeout(context, next);
        }
    }

    private void refuse(ChannelHandlerContext context) {
        isRefused = true;
        FullHttpResponse full = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SERVICE_UNAVAILABLE, Unpooled.wrappedBuffer(FULL));
        full.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, FULL.length)
                .set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(full).addListener(ChannelFutureListener.CLOSE);
    }

    private void startTimeout(ChannelHandlerContext context, Duration timeout) {
        cancelTimeout();
        deadline = context.executor()
                .schedule(
                        () -> {
                            LOG.debug("{} sent no complete request within {}", context.channel(), timeout);
                            onTooSlow.run();
                            context.close();
                        },
                        timeout.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void cancelTimeout() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
