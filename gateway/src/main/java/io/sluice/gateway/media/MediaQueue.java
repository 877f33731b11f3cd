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
 * The one place where a stream's media waits: a source {@linkplain #offer offers} bytes as they arrive from the
 * network, a sink requests them item by item.
 *
 * <p><b>Demand.</b> Each requested item is one buffer of any size. A WebSocket cannot be asked for bytes, only told to
 * pause, so the queue {@linkplain BackPressure signals} its source to pause once {@code highBytes} of memory are held,
 * and to resume once {@code lowBytes} or less are. What the source had already read may still arrive. The bound is
 * therefore {@code highBytes} and one read; nothing is ever dropped.
 *
 * <p><b>Memory.</b> The watermarks count the memory behind the buffers, not only the bytes in them. Small buffers that
 * wait are gathered into shared ones, and a buffer that uses less than half of the memory behind it is copied. So the
 * memory held is at most twice the bytes that wait, for any size of frames, and {@value #MIN_BUFFER_BYTES} bytes.
 *
 * <p><b>Replaceable ends.</b> A source is any caller of {@link #offer}. A sink that cancels, or that is
 * {@linkplain #detachSink detached}, leaves what waits for the next one. There is at most one sink at a time.
 *
 * <p><b>Ownership.</b> The reference of an offered buffer becomes the queue's, and the sink's from {@code onNext} on.
 * {@link #discard} releases what waits, and every buffer that is offered later.
 *
 * <p><b>Threads.</b> Confined to one event loop; calls from elsewhere are an {@link IllegalStateException}.
 */
public final class MediaQueue extends Flux<ByteBuf> {

    /** Tells the source to pause or resume. Called on the event loop, and only when that changes. */
    @FunctionalInterface
    public interface BackPressure {

        /**
         * Pauses or resumes the source.
         *
         * @param paused whether the source must stop reading
         */
        void onPauseChanged(boolean paused);
    }

    /**
     * Smaller buffers are gathered: their objects and the read buffers behind them would cost more than their bytes.
     */
    private static final int GATHER_BELOW_BYTES = 4_096;

    private static final int MIN_BUFFER_BYTES = 256;
    private static final int MAX_GATHERED_BYTES = 16 * 1_024;

    private final EventExecutor eventLoop;
    private final int lowBytes;
    private final int highBytes;
    private final BackPressure backPressure;
    private final ArrayDeque<ByteBuf> waiting = new ArrayDeque<>();

    private @Nullable Sink sink;
    /** The last waiting buffer, while small ones are gathered into it. */
    private @Nullable ByteBuf gathering;

    private long waitingBytes;
    private long heldBytes;
    private boolean paused;
    private boolean completed;
    private boolean discarded;

    /**
     * An empty queue.
     *
     * @param eventLoop the thread that all calls come on
     * @param lowBytes a paused source resumes when this much memory or less is held
     * @param highBytes the source pauses when this much memory or more is held
     * @param backPressure pauses and resumes the source
     */
    public MediaQueue(EventExecutor eventLoop, int lowBytes, int highBytes, BackPressure backPressure) {
        this.eventLoop = eventLoop;
        this.lowBytes = lowBytes;
        this.highBytes = highBytes;
        this.backPressure = backPressure;
    }

    /**
     * Adds the next bytes from the source.
     *
     * @param bytes the bytes, whose reference passes to the queue in any case
     */
    public void offer(ByteBuf bytes) {
        requireEventLoop();
        if (completed || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        waitingBytes += bytes.readableBytes();
        if (waiting.isEmpty() && sink != null && sink.demand > 0) {
            add(bytes);
            drain();
        } else {
            gather(bytes);
        }
        updateBackPressure();
    }

    private void gather(ByteBuf bytes) {
        int length = bytes.readableBytes();
        ByteBuf last = gathering;
        if (last != null && last.maxWritableBytes() >= length) {
            heldBytes -= last.capacity();
            last.writeBytes(bytes);
            heldBytes += last.capacity();
            bytes.release();
        } else if (length < GATHER_BELOW_BYTES) {
            ByteBuf next = bytes.alloc().buffer(Math.max(length, MIN_BUFFER_BYTES), MAX_GATHERED_BYTES);
            next.writeBytes(bytes);
            bytes.release();
            add(next);
            gathering = next;
        } else {
            add(compact(bytes));
        }
    }

    private void add(ByteBuf bytes) {
        waiting.add(bytes);
        heldBytes += memoryBehind(bytes).capacity();
        gathering = null;
    }

    /** A waiting slice must not keep a much larger read buffer alive. */
    private static ByteBuf compact(ByteBuf bytes) {
        if (memoryBehind(bytes).capacity() <= 2 * bytes.readableBytes()) {
            return bytes;
        }
        try {
            return bytes.alloc().buffer(bytes.readableBytes()).writeBytes(bytes);
        } finally {
            bytes.release();
        }
    }

    private static ByteBuf memoryBehind(ByteBuf bytes) {
        ByteBuf memory = bytes;
        while (memory.unwrap() != null) {
            memory = memory.unwrap();
        }
        return memory;
    }

    /** The source has ended: later offers are released, and the sink completes after it has received what waits. */
    public void complete() {
        requireEventLoop();
        completed = true;
        drain();
    }

    /**
     * Whether the source has ended.
     *
     * @return true after {@link #complete()} or {@link #discard()}
     */
    public boolean isCompleted() {
        return completed;
    }

    /**
     * Releases what waits, because no sink will request it. Completes the sink if there is one, and pauses the source
     * for good: reading on would keep the event loop busy with a fast sender while the stream ends.
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
        gathering = null;
        waitingBytes = 0;
        heldBytes = 0;
        drain();
        if (!paused) {
            paused = true;
            backPressure.onPauseChanged(true);
        }
    }

    /** Completes the present sink, if there is one; what waits, and what is offered later, is for the next sink. */
    public void detachSink() {
        requireEventLoop();
        Sink detached = sink;
        if (detached != null) {
            sink = null;
            detached.actual.onComplete();
        }
    }

    /**
     * The media that waits for the sink.
     *
     * @return a number of bytes
     */
    public long waitingBytes() {
        return waitingBytes;
    }

    /**
     * The memory behind what waits, which the watermarks count.
     *
     * @return a number of bytes
     */
    public long heldBytes() {
        return heldBytes;
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        requireEventLoop();
        if (sink != null) {
            Operators.error(actual, new IllegalStateException("the media queue already has a sink"));
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
            // A sink that requests more within onNext gets here; the loop below goes on for it.
            return;
        }
        taker.draining = true;
        while (taker.demand > 0 && taker == sink && !waiting.isEmpty()) {
            ByteBuf item = waiting.remove();
            if (waiting.isEmpty()) {
                gathering = null;
            }
            waitingBytes -= item.readableBytes();
            heldBytes -= memoryBehind(item).capacity();
            taker.demand = Operators.subOrZero(taker.demand, 1);
            taker.actual.onNext(item);
        }
        taker.draining = false;
        if (completed && waiting.isEmpty() && taker == sink) {
            sink = null;
            taker.actual.onComplete();
        }
    }

    private void updateBackPressure() {
        if (discarded) {
            return;
        }
        boolean now = paused ? heldBytes > lowBytes : heldBytes >= highBytes;
        if (now != paused) {
            paused = now;
            backPressure.onPauseChanged(now);
        }
    }

    private void requireEventLoop() {
        if (!eventLoop.inEventLoop()) {
            throw new IllegalStateException("the media queue was called on " + Thread.currentThread());
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
                updateBackPressure();
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
