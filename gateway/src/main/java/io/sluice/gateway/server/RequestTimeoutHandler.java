package io.sluice.gateway.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
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
import io.sluice.gateway.server.ConnectionCounts.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection whose next HTTP request is not complete in time, whether its client sends nothing, half a TLS
 * handshake, or a byte now and then; whose answer takes too long, at whatever pace; or whose client sends requests
 * without waiting for answers. Removes itself and the other handlers of {@link ConnectionLimiter} at the upgrade,
 * because a session has its own timeouts. Confined to its connection's event loop.
 */
final class RequestTimeoutHandler extends ChannelDuplexHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RequestTimeoutHandler.class);
    static final String NAME = "sluice.requestTimeout";

    /** From the complete request to the last byte of its answer: more than any client waits for. */
    static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(5);

    /** Browsers do not pipeline; each request costs memory until it is answered. */
    static final int MAX_UNANSWERED = 16;

    private static final String RETRY_AFTER_SECONDS = "10";

    private final Duration first;
    private final Duration next;
    private final Admittance admittance;
    private final BooleanSupplier isCrowded;
    private final Consumer<Reason> onClose;
    private @Nullable ScheduledFuture<?> requestDeadline;
    private @Nullable ScheduledFuture<?> answerDeadline;
    private int unanswered;
    private boolean isFirst = true;
    private boolean inRequest;
    /** Read by other event loops. */
    private volatile boolean isBusy;

    private boolean isRefused;

    /**
     * A handler for one connection.
     *
     * @param first the timeout of the first request
     * @param next the timeout from a response to the next request
     * @param admittance which requests are answered
     * @param isCrowded whether connections must not be kept for a next request
     * @param onClose receives the reason when it closes the connection
     */
    RequestTimeoutHandler(
            Duration first, Duration next, Admittance admittance, BooleanSupplier isCrowded, Consumer<Reason> onClose) {
        this.first = first;
        this.next = next;
        this.admittance = admittance;
        this.isCrowded = isCrowded;
        this.onClose = onClose;
    }

    /** Whether a complete request waits for its answer. Callable from any thread. */
    boolean isBusy() {
        return isBusy;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        awaitRequest(context, first);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        cancelTimeouts();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        cancelTimeouts();
        context.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (isRefused) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            if (!admittance.allows(request)) {
                ReferenceCountUtil.release(message);
                refuse(context);
                return;
            }
            if (unanswered == MAX_UNANSWERED) {
                ReferenceCountUtil.release(message);
                isRefused = true;
                close(context, Reason.PIPELINED);
                return;
            }
            unanswered++;
            inRequest = true;
            if (!isFirst) {
                awaitRequest(context, first);
            }
            isFirst = false;
        }
        if (message instanceof LastHttpContent) {
            onRequestComplete(context);
        }
        context.fireChannelRead(message);
    }

    private void onRequestComplete(ChannelHandlerContext context) {
        inRequest = false;
        isBusy = unanswered > 0;
        requestDeadline = cancel(requestDeadline);
        if (unanswered == 0) {
            // The body of a refused request arrives after its response.
            awaitRequest(context, next);
        } else if (answerDeadline == null) {
            awaitAnswerRead(context);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        HttpResponseStatus status = message instanceof HttpResponse response ? response.status() : null;
        boolean isFinal = status == null || status.codeClass() != HttpStatusClass.INFORMATIONAL;
        if (isFinal && message instanceof LastHttpContent) {
            context.write(message, promise.unvoid().addListener(written -> onAnswered(context)));
        } else {
            context.write(message, promise);
        }
        if (HttpResponseStatus.SWITCHING_PROTOCOLS.equals(status)) {
            upgraded(context);
        }
    }

    /** The answer has been passed to the socket, not only written. */
    private void onAnswered(ChannelHandlerContext context) {
        if (context.isRemoved() || !context.channel().isActive()) {
            return;
        }
        unanswered = Math.max(0, unanswered - 1);
        answerDeadline = cancel(answerDeadline);
        isBusy = unanswered > 0;
        if (unanswered > 0) {
            awaitAnswerRead(context);
        }
        if (admittance.isRestricted() || (unanswered == 0 && !inRequest && isCrowded.getAsBoolean())) {
            context.close();
        } else if (unanswered == 0 && !inRequest) {
            awaitRequest(context, next);
        }
    }

    private void upgraded(ChannelHandlerContext context) {
        ChannelPipeline pipeline = context.pipeline();
        PacedWriteHandler writes = pipeline.get(PacedWriteHandler.class);
        if (writes != null && writes.isWaiting()) {
            // Answers to earlier requests that the client has not read: no browser does that.
            close(context, Reason.PIPELINED);
            return;
        }
        removeIfPresent(pipeline, PacedWriteHandler.class);
        removeIfPresent(pipeline, UnreadAnswerHandler.class);
        pipeline.remove(this);
    }

    private static void removeIfPresent(ChannelPipeline pipeline, Class<? extends ChannelHandler> type) {
        if (pipeline.get(type) != null) {
            pipeline.remove(type);
        }
    }

    private void refuse(ChannelHandlerContext context) {
        isRefused = true;
        byte[] body = admittance.message().getBytes(StandardCharsets.UTF_8);
        FullHttpResponse full =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, admittance.status(), Unpooled.wrappedBuffer(body));
        full.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        context.writeAndFlush(full).addListener(ChannelFutureListener.CLOSE);
    }

    private void awaitRequest(ChannelHandlerContext context, Duration timeout) {
        cancel(requestDeadline);
        requestDeadline = closeAfter(context, timeout, Reason.SLOW);
    }

    private void awaitAnswerRead(ChannelHandlerContext context) {
        answerDeadline = closeAfter(context, admittance.isRestricted() ? first : ANSWER_TIMEOUT, Reason.UNREAD);
    }

    private ScheduledFuture<?> closeAfter(ChannelHandlerContext context, Duration timeout, Reason reason) {
        return context.executor()
                .schedule(
                        () -> {
                            LOG.debug("{} was {} for {}", context.channel(), reason.tag(), timeout);
                            close(context, reason);
                        },
                        timeout.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void close(ChannelHandlerContext context, Reason reason) {
        onClose.accept(reason);
        context.close();
    }

    private void cancelTimeouts() {
        requestDeadline = cancel(requestDeadline);
        answerDeadline = cancel(answerDeadline);
    }

    private static @Nullable ScheduledFuture<?> cancel(@Nullable ScheduledFuture<?> deadline) {
        if (deadline != null) {
            deadline.cancel(false);
        }
        return null;
    }
}
