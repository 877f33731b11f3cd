package io.sluice.gateway.admission;

/**
 * A rate limit that allows bursts. The bucket starts full; events take tokens, and time refills them.
 *
 * <p>Not thread-safe: use it on one event loop or guard it. Does not allocate and reads no clock: the caller passes the
 * time.
 */
public final class TokenBucket {

    private static final double NANOS_PER_SECOND = 1e9;

    private final double tokensPerNano;
    private final double capacity;
    private double level;
    private long filledAtNanos;

    /**
     * Creates a full bucket.
     *
     * @param perSecond tokens refilled per second; above 0
     * @param burst capacity in tokens; above 0
     * @param nowNanos the time, by {@link System#nanoTime()}
     */
    public TokenBucket(double perSecond, double burst, long nowNanos) {
        this.tokensPerNano = perSecond / NANOS_PER_SECOND;
        this.capacity = burst;
        this.level = burst;
        this.filledAtNanos = nowNanos;
    }

    /**
     * Takes tokens if there are enough.
     *
     * @param tokens how many
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return whether they were taken; otherwise none is
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
     * How long until there are enough tokens, if none are taken meanwhile.
     *
     * @param tokens how many, at most the capacity
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return nanoseconds; 0 if there are enough now
     */
    public long nanosUntil(double tokens, long nowNanos) {
        fill(nowNanos);
        return level >= tokens ? 0 : (long) Math.ceil((tokens - level) / tokensPerNano);
    }

    /**
     * Whether the bucket is full, so that it equals a new one.
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
        // Threads read the clock before they lock, so the times may be out of order.
        if (passed > 0) {
            level = Math.min(capacity, level + passed * tokensPerNano);
            filledAtNanos = nowNanos;
        }
    }
}
