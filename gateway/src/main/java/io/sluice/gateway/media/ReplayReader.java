package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.media.ReplayBuffer.Group;
import io.sluice.gateway.media.RetainedMedia.Piece;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * The media of one reader of a {@link ReplayBuffer}, in the order of the stream. One subscriber, once; each requested
 * item is one retained slice of any size, whose reference is the subscriber's from {@code onNext} on. Completes behind
 * the last byte of a completed stream.
 *
 * <p>A reader has a claim on the memory from its position on, from its creation until it is {@linkplain #detach()
 * detached} or cancelled. Confined to the buffer's event loop.
 */
public final class ReplayReader extends Flux<ByteBuf> {

    private static final long NOWHERE = -1;

    private final ReplayBuffer buffer;
    private final RetainedMedia media;
    private final StreamIndex index;
    private final long createdNanos;

    /** Where it goes on in the media that is kept; what is pinned lies in front. */
    private long cursor;

    private @Nullable Piece piece;

    /** The rest of an element that was begun before a skip. */
    private final PinnedMedia pinned = new PinnedMedia();

    /** Delivered between what is pinned and the cursor. */
    private @Nullable KeptHeader header;

    private long repeatedHeaderBytes;

    /** The group that it has joined, and of which nothing is delivered while this is the cursor. */
    private long joined = NOWHERE;

    private Duration joinedTime = Duration.ZERO;
    private boolean waitsForGroup;

    private @Nullable SkipListener skipListener;
    private @Nullable CoreSubscriber<? super ByteBuf> subscriber;
    private long demand;
    private boolean delivering;
    private boolean ended;

    /** A reader at a position, which is that of the start or, with a header, of a group. */
    ReplayReader(ReplayBuffer buffer, RetainedMedia media, StreamIndex index, long nowNanos) {
        this.buffer = buffer;
        this.media = media;
        this.index = index;
        this.createdNanos = nowNanos;
    }

    /** Waits for the next group. */
    ReplayReader waitForGroup() {
        waitsForGroup = true;
        return this;
    }

    /** Starts with the header of a group. */
    ReplayReader join(Group group) {
        header = index.headerBefore(group.position());
        joinAt(group);
        return this;
    }

    private void joinAt(Group group) {
        waitsForGroup = false;
        cursor = group.position();
        piece = null;
        joined = cursor;
        joinedTime = group.time();
    }

    /**
     * Where the reader is.
     *
     * @return position in the stream of the next byte to deliver; headers that are repeated do not count. Never
     *     decreases
     */
    public long position() {
        if (waitsForGroup) {
            // The group may be announced when its first bytes have arrived.
            return Math.max(0, Math.min(claim(), media.received() - ReplayBuffer.LOOK_BACK_BYTES));
        }
        return pinned.isEmpty() ? cursor : pinned.start();
    }

    /**
     * The headers that were delivered in front of a group, beyond the bytes that {@link #position()} counts.
     *
     * @return a number of bytes; 0 for a reader from the start that has not skipped
     */
    public long repeatedHeaderBytes() {
        return repeatedHeaderBytes;
    }

    /**
     * What the reader has still to take.
     *
     * @return a number of bytes
     */
    public long waitingBytes() {
        return ended ? 0 : pinned.bytes() + Math.max(0, media.received() - claim());
    }

    /** Completes the subscriber, without what waits, and gives up the claim on memory. Does nothing the second time. */
    public void detach() {
        buffer.requireEventLoop();
        CoreSubscriber<? super ByteBuf> detached = subscriber;
        if (end() && detached != null) {
            detached.onComplete();
        }
    }

    /**
     * Allows the reader to skip to the newest group when it is late. Without this call it never does, and holds up the
     * source instead.
     *
     * @param listener hears of each skip
     */
    public void skipWhenLate(SkipListener listener) {
        buffer.requireEventLoop();
        skipListener = buffer.skips() ? listener : null;
        buffer.settle();
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        buffer.requireEventLoop();
        if (subscriber != null) {
            Operators.error(actual, new IllegalStateException("a reader has one subscriber, once"));
            return;
        }
        subscriber = actual;
        boolean endedBefore = ended;
        actual.onSubscribe(new Demand());
        if (endedBefore) {
            actual.onComplete();
        } else {
            deliver();
            buffer.settle();
        }
    }

    /** The oldest position of what is kept that the reader needs. */
    long claim() {
        return waitsForGroup ? buffer.nextGroup() : cursor;
    }

    boolean isWaitingForGroup() {
        return waitsForGroup;
    }

    /** The memory behind what the reader has still to take. */
    long lagBytes() {
        return waitsForGroup ? 0 : pinned.heldBytes() + media.memoryFrom(piece());
    }

    /** The memory that is held for this reader alone. */
    long pinnedMemory() {
        return pinned.heldBytes();
    }

    boolean canSkip() {
        return skipListener != null && index.canSkip();
    }

    private @Nullable Piece piece() {
        piece = media.find(cursor, piece);
        return piece;
    }

    /** A group has arrived. */
    void onGroup(Group group) {
        KeptHeader headerOfGroup = index.headerBefore(group.position());
        if (waitsForGroup && headerOfGroup.isKept()) {
            header = headerOfGroup;
            joinAt(group);
        }
    }

    /** Bytes have arrived, or the end of them. */
    void onArrival() {
        skipIfLate();
        deliver();
    }

    private void deliver() {
        CoreSubscriber<? super ByteBuf> actual = subscriber;
        if (delivering || actual == null) {
            // A subscriber that requests more within onNext gets here; the loop below goes on for it.
            return;
        }
        delivering = true;
        while (demand > 0 && !ended) {
            ByteBuf item = nextItem();
            if (item == null) {
                break;
            }
            demand = Operators.subOrZero(demand, 1);
            actual.onNext(item);
            skipIfLate();
        }
        delivering = false;
        if (buffer.isCompleted() && isAtEnd() && end()) {
            actual.onComplete();
        }
    }

    private boolean isAtEnd() {
        return pinned.isEmpty() && (waitsForGroup || cursor >= media.received());
    }

    private @Nullable ByteBuf nextItem() {
        ByteBuf first = pinned.poll();
        if (first != null) {
            return first;
        }
        if (waitsForGroup) {
            return null;
        }
        KeptHeader repeated = header;
        if (repeated != null) {
            if (!repeated.isComplete()) {
                return null;
            }
            header = null;
            ByteBuf copy = repeated.copy();
            repeatedHeaderBytes += copy.readableBytes();
            return copy;
        }
        Piece current = piece();
        if (current == null) {
            return null;
        }
        ByteBuf slice = current.slice(cursor, Long.MAX_VALUE);
        cursor = current.end();
        return slice;
    }

    private void skipIfLate() {
        SkipListener listener = skipListener;
        Group target = index.newestStart();
        boolean isStill = ended || waitsForGroup || buffer.isCompleted();
        if (listener == null || isStill || target == null || target.position() <= cursor) {
            return;
        }
        Piece current = piece();
        if (current == null || !buffer.isLate(this, Math.max(current.arrivedNanos(), createdNanos))) {
            return;
        }
        boolean isAtGroup = cursor == joined;
        long cut = isAtGroup ? cursor : index.boundaries().atOrAfter(cursor);
        if (cut == BoundaryIndex.NONE || cut >= target.position() || cut > media.received()) {
            return;
        }
        KeptHeader targetHeader = index.headerBefore(target.position());
        if (targetHeader.start() >= cut) {
            if (!targetHeader.isKept()) {
                return;
            }
            header = targetHeader;
        }
        Duration cutTime =
                isAtGroup ? joinedTime : Duration.of(index.boundaries().microsAt(cut), ChronoUnit.MICROS);
        pin(cut);
        joinAt(target);
        Duration lost = target.time().minus(cutTime);
        listener.onSkip(cut, target, lost.isNegative() ? Duration.ZERO : lost);
    }

    /** Keeps what lies in front of a cut, which the reader has still to deliver. */
    private void pin(long cut) {
        for (Piece current = piece(); current != null && cursor < cut; current = piece()) {
            ByteBuf slice = current.slice(cursor, cut);
            pinned.add(slice, cursor);
            cursor += slice.readableBytes();
        }
    }

    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        pinned.release();
        header = null;
        buffer.remove(this);
        return true;
    }

    private final class Demand implements Subscription {

        @Override
        public void request(long n) {
            buffer.requireEventLoop();
            if (Operators.validate(n)) {
                demand = Operators.addCap(demand, n);
                skipIfLate();
                deliver();
                buffer.settle();
            }
        }

        @Override
        public void cancel() {
            buffer.requireEventLoop();
            end();
        }
    }
}
