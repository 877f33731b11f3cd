package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Keeps the newest media of a stream for readers that take it at their own pace and that can start at a group.
 *
 * <p>Confined to one event loop; calls from elsewhere are an {@link IllegalStateException}.
 */
public final class ReplayBuffer implements StructureListener {

    /** A header or a group may be announced when its first bytes have arrived already. */
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

    private final EventExecutor eventLoop;
    private final int maxLagBytes;
    private final boolean skips;
    private final LongSupplier nanoClock;
    private final RetainedMedia media = new RetainedMedia();
    private final StreamIndex index = new StreamIndex(media);
    private final SourcePressure pressure;
    private final ReplayWindow window;

    /** Replaced when one comes or goes, because that may happen while they are visited. */
    private ReplayReader[] readers = {};

    private boolean hadReader;
    private int headerBytes;
    private boolean completed;
    private boolean released;

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
            BackPressure backPressure) {
        this.eventLoop = eventLoop;
        this.maxLagBytes = limits.maxLagBytes();
        this.skips = !limits.maxDelay().isZero();
        this.nanoClock = nanoClock;
        this.pressure = new SourcePressure(limits, nanoClock, backPressure);
        this.window = new ReplayWindow(media, index, memory, limits.replayBytes());
    }

    /**
     * Adds the next bytes from the source.
     *
     * @param bytes the bytes, whose reference passes to the buffer in any case
     */
    public void offer(ByteBuf bytes) {
        requireEventLoop();
        if (completed || !bytes.isReadable()) {
            bytes.release();
            return;
        }
        long now = nanoClock.getAsLong();
        pressure.arrived(now);
        index.append(bytes);
        media.append(bytes, now);
        for (ReplayReader reader : readers) {
            reader.onArrival();
        }
        settle();
    }

    /** The source has ended: later offers are released, and readers complete after they have received what waits. */
    public void complete() {
        requireEventLoop();
        completed = true;
        for (ReplayReader reader : readers) {
            reader.onArrival();
        }
    }

    /**
     * Whether the source has ended.
     *
     * @return true after {@link #complete()}, {@link #discard()} or {@link #release()}
     */
    public boolean isCompleted() {
        return completed;
    }

    /**
     * Releases all media, because no reader will request it. Completes the readers, and pauses the source for good:
     * reading on would keep the event loop busy with a fast sender while the stream ends.
     */
    public void discard() {
        requireEventLoop();
        releaseMedia();
        pressure.pauseForGood();
    }

    /** The end of the stream: releases everything, and completes the readers. Does nothing the second time. */
    public void release() {
        requireEventLoop();
        releaseMedia();
        pressure.close();
    }

    /**
     * For a client that cannot adapt its bit rate: whether a reader that may skip lets the source go on until
     * {@code maxLagBytes} wait for it, as long as the media is live. It is live while it arrives no faster than it
     * plays.
     *
     * @param readOn whether the source goes on
     */
    public void readOn(boolean readOn) {
        requireEventLoop();
        pressure.readOn(readOn);
        settle();
    }

    /**
     * For a source whose header must be known before there is a reader: lets more of it wait.
     *
     * @param bytes of memory, in addition to {@code highBytes}, until the header is complete
     */
    public void awaitHeader(int bytes) {
        headerBytes = bytes;
    }

    @Override
    public void onHeaderEnd(long position) {
        index.onHeaderEnd(position);
    }

    @Override
    public void onBoundary(long position, long newestMicros) {
        if (index.follows()) {
            index.boundaries().add(position, newestMicros);
        }
    }

    @Override
    public void onPossibleGroup(long position) {
        window.onPossibleGroup(position);
    }

    @Override
    public void onGroup(long position, Duration time) {
        pressure.onGroup(time);
        window.onNoGroup();
        if (index.follows() && position >= media.start()) {
            Group group = new Group(position, time);
            index.onGroup(group);
            window.onGroup(position);
            for (ReplayReader reader : readers) {
                reader.onGroup(group);
            }
        }
    }

    @Override
    public void onNoGroup() {
        window.onNoGroup();
    }

    @Override
    public void onNewHeader(long position) {
        pressure.onNewHeader();
        if (!index.onNewHeader(position)) {
            notFollowed();
        }
    }

    @Override
    public void notFollowed() {
        index.lose();
        window.close();
    }

    /**
     * Whether everything is kept, so that {@link #readFromStart()} is possible.
     *
     * @return true until the first byte is given up
     */
    public boolean keepsStart() {
        return media.start() == 0 && !released;
    }

    /**
     * Reads the whole stream, header included.
     *
     * @return a reader at the first byte
     * @throws IllegalStateException unless the buffer {@linkplain #keepsStart() keeps the start}
     */
    public ReplayReader readFromStart() {
        if (!keepsStart()) {
            throw new IllegalStateException("the start of the stream has been given up");
        }
        return add(newReader());
    }

    /**
     * Reads the header that a group belongs to, then from the group on.
     *
     * @param group one that this buffer named, in the same turn of the event loop
     * @return a reader at the group
     * @throws IllegalStateException if the group or its header is not kept
     */
    public ReplayReader readFrom(Group group) {
        if (!index.has(group)) {
            throw new IllegalStateException("the group is not kept");
        }
        return add(newReader().join(group));
    }

    /**
     * Waits for the next group that arrives; then reads its header, and from the group on.
     *
     * @return a reader that delivers nothing before the group
     */
    public ReplayReader readFromNextGroup() {
        return add(newReader().waitForGroup());
    }

    /**
     * The newest group that can be read.
     *
     * @return empty if none is kept
     */
    public Optional<Group> newestGroup() {
        return index.newest();
    }

    /**
     * The newest group that starts at a media time or before it.
     *
     * @param time a media time
     * @return the oldest group that is kept, if all start later; empty if none is kept
     */
    public Optional<Group> groupAtOrBefore(Duration time) {
        return index.atOrBefore(time);
    }

    /**
     * The next group behind a position.
     *
     * @param position in bytes of the stream
     * @return the first group that starts behind it; empty if none is kept
     */
    public Optional<Group> groupAfter(long position) {
        return index.after(position);
    }

    /**
     * The media time in front of a position.
     *
     * @param position in bytes of the stream
     * @return the time in front of the next boundary; empty if it is not known, or not any more
     */
    public Optional<Duration> timeAt(long position) {
        long boundary = index.boundaries().atOrAfter(position);
        return boundary == BoundaryIndex.NONE || position < media.start()
                ? Optional.empty()
                : Optional.of(Duration.of(index.boundaries().microsAt(boundary), ChronoUnit.MICROS));
    }

    /**
     * Whether a reader can start in the middle of the stream.
     *
     * @return whether the newest header is kept and the structure is followed
     */
    public boolean canReplay() {
        return index.canReplay();
    }

    /**
     * What the source has delivered.
     *
     * @return a number of bytes, the position of the next one
     */
    public long receivedBytes() {
        return media.received();
    }

    /**
     * What the slowest reader has still to take.
     *
     * @return a number of bytes; all that are kept, if there is no reader
     */
    public long waitingBytes() {
        long waiting = readers.length == 0 ? media.received() - media.start() : 0;
        for (ReplayReader reader : readers) {
            waiting = Math.max(waiting, reader.waitingBytes());
        }
        return waiting;
    }

    /**
     * The memory behind all that is kept, headers included.
     *
     * @return a number of bytes
     */
    public long heldBytes() {
        long held = media.heldBytes() + index.heldBytes();
        for (ReplayReader reader : readers) {
            held += reader.pinnedMemory();
        }
        return held;
    }

    private ReplayReader newReader() {
        requireEventLoop();
        return new ReplayReader(this, media, index, nanoClock.getAsLong());
    }

    private ReplayReader add(ReplayReader reader) {
        hadReader = true;
        readers = Arrays.copyOf(readers, readers.length + 1);
        readers[readers.length - 1] = reader;
        return reader;
    }

    void remove(ReplayReader reader) {
        readers = Arrays.stream(readers).filter(other -> other != reader).toArray(ReplayReader[]::new);
        settle();
    }

    /** Gives up what nobody needs any more, and tells the source. */
    void settle() {
        if (released) {
            return;
        }
        long needed = hadReader ? media.received() : 0;
        for (ReplayReader reader : readers) {
            needed = Math.min(needed, reader.claim());
        }
        window.trim(needed);
        long forHeader = index.canReplay() ? 0 : headerBytes;
        pressure.update(readers, hadReader ? 0 : Math.max(0, media.heldBytes() - forHeader));
    }

    /** The oldest position that a reader needs which waits for a group. */
    long nextGroup() {
        return window.nextGroup(maxLagBytes);
    }

    /** Whether readers skip at all. */
    boolean skips() {
        return skips;
    }

    /** Whether a reader must skip, that has had time to take its next byte since then. */
    boolean isLate(ReplayReader reader, long sinceNanos) {
        return pressure.isLate(reader.lagBytes(), sinceNanos, readers.length == 1);
    }

    private void releaseMedia() {
        if (released) {
            return;
        }
        released = true;
        completed = true;
        for (ReplayReader reader : readers) {
            reader.detach();
        }
        media.giveUpBefore(Long.MAX_VALUE);
        index.release();
        window.close();
        window.trim(Long.MAX_VALUE);
    }

    void requireEventLoop() {
        if (!eventLoop.inEventLoop()) {
            throw new IllegalStateException("the replay buffer was called on " + Thread.currentThread());
        }
    }
}
