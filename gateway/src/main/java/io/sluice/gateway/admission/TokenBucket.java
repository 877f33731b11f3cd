package io.sluice.gateway.admission;

/**
 * A bound on a rate that lets a burst pass: a bucket that begins full, of which what happens takes tokens, and which time fills again.
 *
 * <p>Not thread-safe: for one event loop, or guarded by its owner. Allocates nothing, and asks no clock: the caller says what time it is.
 */
public final class TokenBucket {

    private static final double NANOS_PER_SECOND = 1e9;

    private final double tokensPerNano;
    private final double capacity;
    private double level;
    private long filledAtNanos;

    /**
     * A full bucket.
     *
     * @param perSecond how many tokens come back in a second; above 0
     * @param burst how many it holds; above 0
     * @param nowNanos the time, by {@link System#nanoTime()}
     */
    public TokenBucket(double perSecond, double burst, long nowNanos) {
        this.tokensPerNano = perSecond / NANOS_PER_SECOND;
        this.capacity = burst;
        this.level = burst;
        this.filledAtNanos = nowNanos;
    }

    /**
     * Takes tokens, if there are enough.
     *
     * @param tokens how many
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return whether there were; if not, none is taken
     */
    public boolean take(double tokens, long nowNanos) {
        fill(nowNanos);
        if (level < tokens) {
            return false;
        }
        level -= tokens;
        return true;
    }

    /**
     * How long until there will be enough tokens, if nobody takes any.
     *
     * @param tokens how many, at most what the bucket holds
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return nanoseconds; 0 if there are enough now
     */
    public long nanosUntil(double tokens, long nowNanos) {
        fill(nowNanos);
        return level >= tokens ? 0 : (long) Math.ceil((tokens - level) / tokensPerNano);
    }

    /** Gives back what was taken for something that then did not happen. */
    void giveBack(double tokens) {
        level = Math.min(capacity, level + tokens);
    }

    /**
     * Whether nothing that happened is remembered any more.
     *
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return whether it is full
     */
    public boolean isFull(long nowNanos) {
        fill(nowNanos);
        return level >= capacity;
    }

    private void fill(long nowNanos) {
        long passed = nowNanos - filledAtNanos;
        // Clocks of different threads are read before a lock is taken, and so may come in the wrong order.
        if (passed > 0) {
            level = Math.min(capacity, level + passed * tokensPerNano);
            filledAtNanos = nowNanos;
        }
    }
}
