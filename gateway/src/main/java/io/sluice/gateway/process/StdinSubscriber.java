package io.sluice.gateway.process;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;

/**
 * A child's standard input as a subscriber: subscribe it to the bytes that the child shall read.
 *
 * <p><b>Demand.</b> One item is asked for at a time, for as long as fewer than {@code highBytes} wait for room in the pipe; from there on
 * none until {@code lowBytes} or fewer wait. So it holds at most {@code highBytes} and one item more, beside what the pipe itself holds.
 *
 * <p><b>Ownership.</b> Each item's reference becomes this subscriber's at {@code onNext} and is released once the pipe has taken its last
 * byte, or when the input ends for any other reason.
 *
 * <p><b>End.</b> {@code onComplete} ends the input after the last byte was taken; {@code onError} ends it at once and discards what
 * waits, because a source that failed cannot vouch for what it sent. When the child closes its end or dies, the subscription is cancelled
 * and what waits is released. {@link #closed()} tells in each case.
 *
 * <p><b>Threads.</b> Signals must come on the child's event loop; the state is not guarded otherwise, and a signal from elsewhere is an
 * {@link IllegalStateException}.
 */
public final class StdinSubscriber implements CoreSubscriber<ByteBuf> {

    private final EventLoop eventLoop;
    private final PipeSink pipe;
    private final Watermarks watermarks;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();
    private final Sinks.Empty<Void> closed = Sinks.unsafe().empty();

    private @Nullable Subscription upstream;
    private boolean awaitingItem;
    private boolean asking;
    private boolean paused;
    private boolean upstreamDone;
    private boolean ended;
    private long waitingBytes;
    private long writtenBytes;

    StdinSubscriber(EventLoop eventLoop, PipeSink pipe, Watermarks watermarks) {
        this.eventLoop = eventLoop;
        this.pipe = pipe;
        this.watermarks = watermarks;
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
                askWhileThereIsRoom();
            }
        }
    }

    @Override
    public void onNext(ByteBuf item) {
        requireEventLoop();
        awaitingItem = false;
        if (ended) {
            item.release();
            return;
        }
        waiting.add(item);
        waitingBytes += item.readableBytes();
        drain();
    }

    @Override
    public void onError(Throwable cause) {
        requireEventLoop();
        end();
    }

    @Override
    public void onComplete() {
        requireEventLoop();
        upstreamDone = true;
        drain();
    }

    /**
     * The bytes that the pipe has taken. Never goes back. What a child that died had not read yet is counted.
     *
     * @return a number of bytes
     */
    public long writtenBytes() {
        return writtenBytes;
    }

    /**
     * The bytes that wait here for room in the pipe.
     *
     * @return a number of bytes
     */
    public long waitingBytes() {
        return waitingBytes;
    }

    /**
     * Completes, on the event loop, when the child's input has ended, in whatever way.
     *
     * @return the same end for every subscriber, early or late
     */
    public Mono<Void> closed() {
        return closed.asMono();
    }

    /** Writes what there is room for; the pipe calls this too, whenever there is room again. */
    private void drain() {
        if (ended) {
            return;
        }
        try {
            for (ByteBuf item = waiting.peek(); item != null; item = waiting.peek()) {
                int before = item.readableBytes();
                boolean all = pipe.write(item);
                int written = before - item.readableBytes();
                writtenBytes += written;
                waitingBytes -= written;
                if (!all) {
                    break;
                }
                waiting.remove().release();
            }
        } catch (IOException e) {
            // EPIPE: the child has closed its end. How it ended is told by its exit, not by this.
            end();
            return;
        }
        if (upstreamDone && waiting.isEmpty()) {
            end();
        } else {
            askWhileThereIsRoom();
        }
    }

    private void askWhileThereIsRoom() {
        if (waitingBytes >= watermarks.highBytes()) {
            paused = true;
        } else if (waitingBytes <= watermarks.lowBytes()) {
            paused = false;
        }
        if (asking) {
            // A source that answers within request(1) comes back here through onNext; the loop below goes on for it.
            return;
        }
        asking = true;
        while (upstream != null && !paused && !awaitingItem && !upstreamDone && !ended) {
            awaitingItem = true;
            upstream.request(1);
        }
        asking = false;
    }

    /** Ends the input now and lets go of everything; the child sees the end of its input after what the pipe already holds. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (upstream != null && !upstreamDone) {
            upstream.cancel();
        }
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        waitingBytes = 0;
        pipe.close();
        closed.tryEmitEmpty().orThrow();
    }

    private void requireEventLoop() {
        if (!eventLoop.inEventLoop()) {
            throw new IllegalStateException("a signal to a child's standard input came on " + Thread.currentThread()
                    + " and not on the child's event loop");
        }
    }
}
