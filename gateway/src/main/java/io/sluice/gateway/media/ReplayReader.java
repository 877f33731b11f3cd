package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.media.ReplayBuffer.Group;
import java.time.Duration;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;

/**
 * The media of one reader of a {@link ReplayBuffer}, in the order of the stream. One subscriber, once; each requested
 * item is one retained slice of any size, whose reference is the subscriber's from {@code onNext} on. Completes behind
 * the last byte of a completed stream.
 *
 * <p>A reader has a claim on the memory from its position on, from its creation until it is {@linkplain #detach()
 * detached} or cancelled. Confined to the buffer's event loop.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable", "unused"}) // Not implemented yet.
public final class ReplayReader extends Flux<ByteBuf> {

    /** Hears that a reader was too late, and what it therefore does not get. Called on the event loop. */
    @FunctionalInterface
    public interface SkipListener {

        /**
         * The reader leaves out what is between a boundary and a group. It may not have delivered all bytes in front of
         * the boundary yet. It may skip again, from the group on, before it has delivered anything of the group.
         *
         * @param fromPosition of the first byte that is left out
         * @param toGroup where it goes on
         * @param lostTime the media time that is left out, not negative
         */
        void onSkip(long fromPosition, Group toGroup, Duration lostTime);
    }

    ReplayReader() {}

    /**
     * Where the reader is.
     *
     * @return position in the stream of the next byte to deliver; headers that are repeated do not count. Never
     *     decreases
     */
    public long position() {
        throw new UnsupportedOperationException();
    }

    /**
     * The headers that were delivered in front of a group, beyond the bytes that {@link #position()} counts.
     *
     * @return a number of bytes; 0 for a reader from the start that has not skipped
     */
    public long repeatedHeaderBytes() {
        throw new UnsupportedOperationException();
    }

    /**
     * What the reader has still to take.
     *
     * @return a number of bytes
     */
    public long waitingBytes() {
        throw new UnsupportedOperationException();
    }

    /** Completes the subscriber, without what waits, and gives up the claim on memory. Does nothing the second time. */
    public void detach() {
        throw new UnsupportedOperationException();
    }

    /**
     * Allows the reader to skip to the newest group when it is late. Without this call it never does, and holds up the
     * source instead.
     *
     * @param listener hears of each skip
     */
    public void skipWhenLate(SkipListener listener) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void subscribe(CoreSubscriber<? super ByteBuf> actual) {
        throw new UnsupportedOperationException();
    }
}
