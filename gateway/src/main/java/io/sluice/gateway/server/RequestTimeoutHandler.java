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
 * Closes a connection whose next HTTP request is not complete in time, whether its client sends nothing, half a TLS handshake, or a byte
 * now and then. Leaves with the upgrade: what comes then has deadlines of its own. Confined to its connection's event loop.
 */
final class RequestTimeoutHandler extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RequestTimeoutHandler.class);
    private static final String HEALTH = "/health/";
    private static final String RETRY_AFTER_SECONDS = "10";
    private static final byte[] FULL =
            "The gateway has as many connections as it may: try again in a moment.\n".getBytes(StandardCharsets.UTF_8);

    private final Duration first;
    private final Duration next;
    private final boolean crowded;
    private final Runnable onTooSlow;
    private @Nullable ScheduledFuture<?> deadline;
    private int unanswered;
    private boolean inRequest;
    private boolean turnedAway;

    /**
     * A watch over one connection.
     *
     * @param first for its first request
     * @param next from an answer to the request after it
     * @param crowded whether there are too many connections, so that only questions after health are answered
     * @param onTooSlow runs when it closes the connection
     */
    RequestTimeoutHandler(Duration first, Duration next, boolean crowded, Runnable onTooSlow) {
        this.onTooSlow = onTooSlow;
        this.first = first;
        this.next = next;
        this.crowded = crowded;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        expectRequest(context, first);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        requestCame();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        requestCame();
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (turnedAway) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (crowded && message instanceof HttpRequest request && !request.uri().startsWith(HEALTH)) {
            ReferenceCountUtil.release(message);
            turnAway(context);
            return;
        }
        if (message instanceof HttpRequest) {
            unanswered++;
            inRequest = true;
        }
        if (message instanceof LastHttpContent) {
            inRequest = false;
            requestCame();
            // Nobody waits for the body of a request that is refused.
            if (unanswered == 0) {
                expectRequest(context, next);
            }
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        HttpStatusClass answer =
                message instanceof HttpResponse response ? response.status().codeClass() : HttpStatusClass.UNKNOWN;
        context.write(message, promise);
        if (answer == HttpStatusClass.INFORMATIONAL) {
            if (message instanceof HttpResponse response
                    && HttpResponseStatus.SWITCHING_PROTOCOLS.equals(response.status())) {
                context.pipeline().remove(this);
            }
        } else if (message instanceof LastHttpContent) {
            answered(context, promise);
        }
    }

    private void answered(ChannelHandlerContext context, ChannelPromise promise) {
        unanswered = Math.max(0, unanswered - 1);
        if (crowded) {
            promise.unvoid().addListener(ChannelFutureListener.CLOSE);
        } else if (unanswered == 0 && !inRequest) {
            expectRequest(context, next);
        }
    }

    private void turnAway(ChannelHandlerContext context) {
        turnedAway = true;
        FullHttpResponse full = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.SERVICE_UNAVAILABLE, Unpooled.wrappedBuffer(FULL));
        full.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, FULL.length)
                .set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(full).addListener(ChannelFutureListener.CLOSE);
    }

    private void expectRequest(ChannelHandlerContext context, Duration within) {
        requestCame();
        deadline = context.executor()
                .schedule(
                        () -> {
                            LOG.debug("{} sent no complete request within {}", context.channel(), within);
                            onTooSlow.run();
                            context.close();
                        },
                        within.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void requestCame() {
        if (deadline != null) {
            deadline.cancel(false);
            deadline = null;
        }
    }
}
