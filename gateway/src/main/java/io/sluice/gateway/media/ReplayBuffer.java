package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Keeps the newest media of a stream for readers that take it at their own pace and that can start at a group.
 *
 * <p>Confined to one event loop; calls from elsewhere are an {@link IllegalStateException}.
 */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable", "unused"}) // Not implemented yet.
public final class ReplayBuffer implements StructureListener {

    static final int LOOK_BACK_BYTES = 16;

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
     * How much is kept, and how late a reader may be. Bytes are bytes of memory held.
     *
     * @param lowBytes a paused source resumes when this much or less waits for the reader that paused it
     * @param highBytes the source pauses when this much or more waits for the fastest reader, or for one that may not
     *     skip
     * @param replayBytes what is kept at most for replay, beyond what readers still need
     * @param maxDelay how old the media of a reader may be before it skips; zero if readers never skip
     * @param maxLagBytes how much may wait for a reader before it skips
     */
    public record Limits(int lowBytes, int highBytes, int replayBytes, Duration maxDelay, int maxLagBytes) {}

    /**
     * Where a run can start: a cluster or a fragment that starts with a key frame, or any of them if there is no video.
     *
     * @param position of its first byte, in bytes of the stream
     * @param time media time of its key frame
     */
    public record Group(long position, Duration time) {}

    /**
     * An empty buffer.
     *
     * @param eventLoop the thread that all calls come on
     * @param limits how much is kept
     * @param memory the budget for what is kept for replay, shared with other streams
     * @param nanoClock the time that passes, as {@link System#nanoTime()}
     * @param backPressure pauses and resumes the source
     */
    public ReplayBuffer(
            EventExecutor eventLoop,
            Limits limits,
            ReplayMemory memory,
            LongSupplier nanoClock,
            BackPressure backPressure) {}

    /**
     * Adds the next bytes from the source.
     *
     * @param bytes the bytes, whose reference passes to the buffer in any case
     */
    public void offer(ByteBuf bytes) {
        throw new UnsupportedOperationException();
    }

    /** The source has ended: later offers are released, and readers complete after they have received what waits. */
    public void complete() {
        throw new UnsupportedOperationException();
    }

    /**
     * Whether the source has ended.
     *
     * @return true after {@link #complete()}, {@link #discard()} or {@link #release()}
     */
    public boolean isCompleted() {
        throw new UnsupportedOperationException();
    }

    /**
     * Releases all media, because no reader will request it. Completes the readers, and pauses the source for good:
     * reading on would keep the event loop busy with a fast sender while the stream ends.
     */
    public void discard() {
        throw new UnsupportedOperationException();
    }

    /** The end of the stream: releases everything, and completes the readers. Does nothing the second time. */
    public void release() {
        throw new UnsupportedOperationException();
    }

    /**
     * For a client that cannot adapt its bit rate: whether a reader that may skip lets the source go on until
     * {@code maxLagBytes} wait for it, as long as the media is live. It is live while it arrives no faster than it
     * plays.
     *
     * @param readOn whether the source goes on
     */
    public void readOn(boolean readOn) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onHeaderEnd(long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onBoundary(long position, long newestMicros) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onPossibleGroup(long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onGroup(long position, Duration time) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onNoGroup() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void onNewHeader(long position) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void notFollowed() {
        throw new UnsupportedOperationException();
    }

    /**
     * Whether everything is kept, so that {@link #readFromStart()} is possible.
     *
     * @return true until the first byte is given up
     */
    public boolean keepsStart() {
        throw new UnsupportedOperationException();
    }

    /**
     * Reads the whole stream, header included.
     *
     * @return a reader at the first byte
     * @throws IllegalStateException unless the buffer {@linkplain #keepsStart() keeps the start}
     */
    public ReplayReader readFromStart() {
        throw new UnsupportedOperationException();
    }

    /**
     * Reads the header that a group belongs to, then from the group on.
     *
     * @param group one that this buffer named, in the same turn of the event loop
     * @return a reader at the group
     * @throws IllegalStateException if the group or its header is not kept
     */
    public ReplayReader readFrom(Group group) {
        throw new UnsupportedOperationException();
    }

    /**
     * Waits for the next group that arrives; then reads its header, and from the group on.
     *
     * @return a reader that delivers nothing before the group
     */
    public ReplayReader readFromNextGroup() {
        throw new UnsupportedOperationException();
    }

    /**
     * The newest group that can be read.
     *
     * @return empty if none is kept
     */
    public Optional<Group> newestGroup() {
        throw new UnsupportedOperationException();
    }

    /**
     * The newest group that starts at a media time or before it.
     *
     * @param time a media time
     * @return the oldest group that is kept, if all start later; empty if none is kept
     */
    public Optional<Group> groupAtOrBefore(Duration time) {
        throw new UnsupportedOperationException();
    }

    /**
     * The next group behind a position.
     *
     * @param position in bytes of the stream
     * @return the first group that starts behind it; empty if none is kept
     */
    public Optional<Group> groupAfter(long position) {
        throw new UnsupportedOperationException();
    }

    /**
     * Whether a reader can start in the middle of the stream.
     *
     * @return whether the newest header is kept and the structure is followed
     */
    public boolean canReplay() {
        throw new UnsupportedOperationException();
    }

    /**
     * What the source has delivered.
     *
     * @return a number of bytes, the position of the next one
     */
    public long receivedBytes() {
        throw new UnsupportedOperationException();
    }

    /**
     * What the slowest reader has still to take.
     *
     * @return a number of bytes; all that are kept, if there is no reader
     */
    public long waitingBytes() {
        throw new UnsupportedOperationException();
    }

    /**
     * The memory behind all that is kept, headers included.
     *
     * @return a number of bytes
     */
    public long heldBytes() {
        throw new UnsupportedOperationException();
    }
}
