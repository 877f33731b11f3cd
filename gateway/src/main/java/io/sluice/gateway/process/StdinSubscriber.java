package io.sluice.gateway.process;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/**
 * Writes a publisher's buffers to a child's standard input, as fast as the pipe accepts them.
 *
 * <p><b>Demand.</b> Items are requested one at a time, each after the pipe has accepted the one before. So at most one
 * buffer waits here for room in the pipe; everything else waits in the publisher.
 *
 * <p><b>Ownership.</b> Each item's reference becomes this subscriber's at {@code onNext}. It is released once the pipe
 * has accepted its last byte, or when the input ends for any other reason.
 *
 * <p><b>End.</b> {@code onComplete} closes the input after the last byte was written. {@code onError} closes it at once
 * and discards the waiting buffer, because a failed source cannot vouch for what it sent. When the child closes its end
 * or dies, the subscription is cancelled and the waiting buffer is released. {@link #closed()} signals in each case.
 *
 * <p><b>Threads.</b> Signals must come on the child's event loop; one from elsewhere is an
 * {@link IllegalStateException}.
 */
public final class StdinSubscriber implements CoreSubscriber<ByteBuf> {

    private final EventLoop eventLoop;
    private final PipeSink pipe;
    private final Sinks.Empty<Void> closed = Sinks.unsafe().empty();

    private @Nullable Subscription upstream;
    private @Nullable ByteBuf pending;
    private boolean upstreamDone;
    private boolean ended;
    private long writtenBytes;

    StdinSubscriber(EventLoop eventLoop, PipeSink pipe) {
        this.eventLoop = eventLoop;
        this.pipe = pipe;
        pipe.listen(this::drain, this::end);
    }

    @Override
    public void onSubscribe(Subscription subscription) {
        requireEventLoop();
        if (Operators.validate(upstream, subscription)) {
            upstream = subscription;
            if (ended) {
                subscription.cancel();
            } else {
                subscription.request(1);
            }
        }
    }

    @Override
    public void onNext(ByteBuf item) {
        requireEventLoop();
        if (ended) {
            item.release();
            return;
        }
        pending = item;
        drain();
    }

    @Override
    public void onError(Throwable cause) {
        requireEventLoop();
        upstreamDone = true;
        end();
    }

    @Override
    public void onComplete() {
        requireEventLoop();
        upstreamDone = true;
        if (pending == null) {
            end();
        }
    }

    /**
     * The bytes that the pipe has accepted. Never decreases. Includes what a child that died had not read yet.
     *
     * @return a number of bytes
     */
    public long writtenBytes() {
        return writtenBytes;
    }

    /**
     * The bytes of the one buffer that waits for room in the pipe.
     *
     * @return a number of bytes; 0 if none waits
     */
    public long waitingBytes() {
        ByteBuf waiting = pending;
        return waiting == null ? 0 : waiting.readableBytes();
    }

    /**
     * Completes, on the event loop, when the child's input has ended, for whatever reason.
     *
     * @return the same end for every subscriber, early or late
     */
    public Mono<Void> closed() {
        return closed.asMono();
    }

    /** Writes the waiting buffer as far as there is room. The pipe calls this too, whenever there is room again. */
    private void drain() {
        ByteBuf item = pending;
        if (item == null || ended || !write(item)) {
            return;
        }
        pending = null;
        item.release();
        if (upstreamDone) {
            end();
        } else if (upstream != null) {
            // A publisher that answers within request(1) must not recurse; ReplayReader's loop does not.
            upstream.request(1);
        }
    }

    private boolean write(ByteBuf item) {
        int before = item.readableBytes();
        try {
            return pipe.write(item);
        } catch (IOException e) {
            // EPIPE: the child has closed its end. Its exit tells how it ended.
            end();
            return false;
        } finally {
            writtenBytes += before - item.readableBytes();
        }
    }

    /** Closes the input now and discards what waits; the child sees end-of-file after what the pipe already holds. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (upstream != null && !upstreamDone) {
            upstream.cancel();
        }
        if (pending != null) {
            pending.release();
            pending = null;
        }
        pipe.close();
        closed.tryEmitEmpty().orThrow();
    }

    private void requireEventLoop() {
        if (!eventLoop.inEventLoop()) {
            throw new IllegalStateException("a signal to a child's standard input came on " + Thread.currentThread()
                    + " instead of the child's event loop");
        }
    }
}
