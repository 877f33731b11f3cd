package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * The one place where a stream's bytes wait: a source {@linkplain #offer offers} them as they come from the network, a sink takes them by
 * demand, item by item.
 *
 * <p><b>Bound.</b> A WebSocket cannot be asked for bytes, only told to be silent. So the hand-off {@linkplain Pressure tells} its source
 * to pause once {@code highBytes} wait and to go on once {@code lowBytes} or fewer do. What the source had already read when it was told
 * may still come, so the bound is {@code highBytes} and one read more; nothing is ever dropped.
 *
 * <p><b>Either side may be replaced.</b> A source is whoever calls {@link #offer}. A sink that cancels its subscription leaves what waits
 * in place for the next one; there is at most one at a time.
 *
 * <p><b>Ownership.</b> An offered buffer's reference is the hand-off's, then the sink's from {@code onNext} on. {@link #discard} releases
 * what waits, and every buffer that is offered after that.
 *
 * <p><b>Threads.</b> Confined to one event loop; calls from elsewhere are an {@link IllegalStateException}.
 */
public final class MediaQueue extends Flux<ByteBuf> {

    /** The source's side of the agreement: called on the event loop, and only when the state changes. */
    @FunctionalInterface
    public interface Pressure {

        /**
         * Tells the source to pause or to go on.
         *
         * @param paused whether the source must stop reading
         */
        void changed(boolean paused);
    }

    /**
     * Less than this is not worth an object of its own. A client that sends one byte a message would fill the heap with objects, not with
     * bytes, and were it held back for that, a stream whose first bytes are still being looked at would wait for ever.
     */
    private static final int MIN_ITEM_BYTES = 256;

    private static final int CRUMBS_BYTES = 4_096;

    private final EventExecutor eventLoop;
    private final int lowBytes;
    private final int highBytes;
    private final Pressure pressure;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();

    private @Nullable Sink sink;
    /** The last of those that wait, if small items are put together in it. */
    private @Nullable ByteBuf crumbs;

    private long waitingBytes;
    private boolean paused;
    private boolean completed;
    private boolean discarded;

    /**
     * An empty hand-off.
     *
     * @param eventLoop where it lives
     * @param lowBytes filled to here or less, a paused source goes on
     * @param highBytes filled to here or more, the source pauses
     * @param pressure tells the source
     */
    public MediaQueue(EventExecutor eventLoop, int lowBytes, int highBytes, Pressure pressure) {
        this.eventLoop = eventLoop;
        this.lowBytes = lowBytes;
        this.highBytes = highBytes;
        this.pressure = pressure;
    }

    /**
     * Takes the next bytes from the source.
     *
     * @param bytes whose reference passes to the hand-off in any case
     */
    public void offer(ByteBuf bytes) {
        requireEventLoop();
        if (discarded || completed || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        waitingBytes += bytes.readableBytes();
        if (sink != null && sink.demand > 0) {
            waiting.add(bytes);
            crumbs = null;
            drain();
        } else {
            keep(bytes);
        }
        tellPressure();
    }

    private void keep(ByteBuf bytes) {
        if (bytes.readableBytes() >= MIN_ITEM_BYTES) {
            waiting.add(compact(bytes));
            crumbs = null;
            return;
        }
        ByteBuf gathered = crumbs;
        if (gathered == null || gathered.writableBytes() < bytes.readableBytes()) {
            gathered = bytes.alloc().buffer(CRUMBS_BYTES, CRUMBS_BYTES);
            waiting.add(gathered);
            crumbs = gathered;
        }
        gathered.writeBytes(bytes);
        bytes.release();
    }

    /** A few bytes that wait must not keep the whole buffer alive that the socket was read into. */
    private static ByteBuf compact(ByteBuf bytes) {
        ByteBuf memory = bytes;
        while (memory.unwrap() != null) {
            memory = memory.unwrap();
        }
        if (memory.capacity() <= 2 * bytes.readableBytes()) {
            return bytes;
        }
        try {
            return bytes.alloc().buffer(bytes.readableBytes()).writeBytes(bytes);
        } finally {
            bytes.release();
        }
    }

    /** The source has ended: the sink completes after it has taken what waits. */
    public void complete() {
        requireEventLoop();
        completed = true;
        drain();
    }

    /**
     * Nobody will take what waits any more: releases it, completes the sink if there is one, and pauses the source for good. Read on into
     * the void, a fast sender would keep the event loop busy while the stream is being ended.
     */
    public void discard() {
        requireEventLoop();
        if (discarded) {
            return;
        }
        discarded = true;
        completed = true;
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        crumbs = null;
        waitingBytes = 0;
        drain();
        if (!paused) {
            paused = true;
            pressure.changed(true);
        }
    }

    /**
     * What waits for the sink.
     *
     * @return a number of bytes
     */
    public long waitingBytes() {
        return waitingBytes;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        requireEventLoop();
        if (sink != null) {
            Operators.error(actual, new IllegalStateException("the hand-off has a sink already"));
            return;
        }
        Sink next = new Sink(actual);
        sink = next;
        actual.onSubscribe(next);
        drain();
    }

    private void drain() {
        Sink taker = sink;
        if (taker == null || taker.draining) {
            // A sink that asks for more within onNext comes back here; the loop below goes on for it.
            return;
        }
        taker.draining = true;
        while (taker.demand > 0 && taker == sink && !waiting.isEmpty()) {
            ByteBuf item = waiting.remove();
            if (waiting.isEmpty()) {
                crumbs = null;
            }
            waitingBytes -= item.readableBytes();
            taker.demand = Operators.subOrZero(taker.demand, 1);
            taker.actual.onNext(item);
        }
        taker.draining = false;
        if (completed && waiting.isEmpty() && taker == sink) {
            sink = null;
            taker.actual.onComplete();
        }
    }

    private void tellPressure() {
        if (discarded) {
            return;
        }
        boolean now = paused ? waitingBytes > lowBytes : waitingBytes >= highBytes;
        if (now != paused) {
            paused = now;
            pressure.changed(now);
        }
    }

    private void requireEventLoop() {
        if (!eventLoop.inEventLoop()) {
            throw new IllegalStateException("the hand-off was called on " + Thread.currentThread());
        }
    }

    private final class Sink implements Subscription {

        private final CoreSubscriber<? super ByteBuf> actual;
        private long demand;
        private boolean draining;

        Sink(CoreSubscriber<? super ByteBuf> actual) {
            this.actual = actual;
        }

        @Override
        public void request(long n) {
            requireEventLoop();
            if (Operators.validate(n)) {
                demand = Operators.addCap(demand, n);
                drain();
                tellPressure();
            }
        }

        @Override
        public void cancel() {
            requireEventLoop();
            if (sink == this) {
                sink = null;
            }
        }
    }
}
