package io.sluice.gateway.media;

import io.sluice.gateway.media.ReplayBuffer.BackPressure;
import io.sluice.gateway.media.ReplayBuffer.Limits;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When the source pauses, and when a reader is late.
 *
 * <p>The fastest reader pauses the source at {@code highBytes}, and so does one that must not or cannot skip. A slower
 * one that can skip has until {@code maxLagBytes}. That also holds for the fastest one while the source
 * {@linkplain #readOn reads on} and the media is live.
 */
final class SourcePressure {

    private static final long AHEAD_MICROS = TimeUnit.SECONDS.toMicros(1);

    /** Clocks differ: of a hundred seconds, media may be one ahead. */
    private static final double CLOCK_TOLERANCE = 1.01;

    private final Limits limits;
    private final long maxDelayNanos;
    private final LongSupplier nanoClock;
    private final BackPressure backPressure;
    private boolean readOn;
    private boolean paused;
    private boolean closed;

    private boolean hasStarted;
    private boolean hasMediaTime;
    private long startNanos;
    private long startMicros;
    private long newestMicros;

    SourcePressure(Limits limits, LongSupplier nanoClock, BackPressure backPressure) {
        this.limits = limits;
        this.maxDelayNanos = limits.maxDelay().toNanos();
        this.nanoClock = nanoClock;
        this.backPressure = backPressure;
    }

    void readOn(boolean value) {
        readOn = value;
    }

    /** Bytes have arrived. */
    void arrived(long nowNanos) {
        if (!hasStarted) {
            hasStarted = true;
            startNanos = nowNanos;
        }
    }

    /** A group with this media time has arrived. */
    void onGroup(Duration time) {
        newestMicros = TimeUnit.NANOSECONDS.toMicros(time.toNanos());
        if (!hasMediaTime) {
            hasMediaTime = true;
            startMicros = newestMicros;
        }
    }

    /** Another recording follows, with a clock of its own. */
    void onNewHeader() {
        hasStarted = false;
        hasMediaTime = false;
        startMicros = newestMicros;
    }

    private boolean isLive() {
        double passedMicros = (double) TimeUnit.NANOSECONDS.toMicros(nanoClock.getAsLong() - startNanos);
        return newestMicros - startMicros <= passedMicros * CLOCK_TOLERANCE + AHEAD_MICROS;
    }

    /**
     * Whether a reader with media to read and the permission to skip is too late.
     *
     * @param lagBytes the memory behind what it has still to take
     * @param sinceNanos since when it could have taken the next byte
     * @param alone whether there is no other reader
     */
    boolean isLate(long lagBytes, long sinceNanos, boolean alone) {
        return (nanoClock.getAsLong() - sinceNanos > maxDelayNanos || lagBytes >= limits.maxLagBytes())
                && (readOn || !alone)
                && isLive();
    }

    /**
     * Pauses or resumes the source.
     *
     * @param readers those that are attached
     * @param unreadBytes the memory that waits for the first reader, if there has been none
     */
    void update(ReplayReader[] readers, long unreadBytes) {
        if (closed) {
            return;
        }
        boolean now = exceeds(unreadBytes, 0) || isHeldUp(readers);
        if (now != paused) {
            paused = now;
            backPressure.onPauseChanged(now);
        }
    }

    private boolean isHeldUp(ReplayReader[] readers) {
        long least = Long.MAX_VALUE;
        for (ReplayReader reader : readers) {
            if (!reader.isWaitingForGroup()) {
                least = Math.min(least, reader.lagBytes());
            }
        }
        int more = limits.maxLagBytes() - limits.highBytes();
        boolean fastestHasMore = readOn && isLive();
        for (ReplayReader reader : readers) {
            long lag = reader.lagBytes();
            boolean hasMore = reader.canSkip() && (lag > least || fastestHasMore);
            if (!reader.isWaitingForGroup() && exceeds(lag, hasMore ? Math.max(0, more) : 0)) {
                return true;
            }
        }
        return false;
    }

    private boolean exceeds(long bytes, int more) {
        return paused ? bytes > limits.lowBytes() + more : bytes >= limits.highBytes() + more;
    }

    /** Nothing will be read any more: a fast sender must not keep the event loop busy. */
    void pauseForGood() {
        if (!closed && !paused) {
            paused = true;
            backPressure.onPauseChanged(true);
        }
        closed = true;
    }

    /** The source is not told anything any more. */
    void close() {
        closed = true;
    }
}
