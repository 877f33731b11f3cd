package io.sluice.gateway.admission;

import static io.sluice.gateway.admission.AdmissionLimits.BURST_SECONDS;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * A rate for each of many, of whom only those are remembered who have begun something of late, and no more than there is room for: a bucket
 * that nobody has touched for as long as it takes to fill is as good as a new one. Thread-safe.
 *
 * @param <K> whose rate it is
 */
final class StartRateLimiter<K> {

    /** 100,000 buckets are about 15 MB, and 10,000 starts a second for as long as a bucket counts. */
    private static final int MOST_REMEMBERED = 100_000;

    private final int perSecond;
    private final Cache<K, TokenBucket> buckets = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterAccess(Duration.ofSeconds(BURST_SECONDS + 1))
            // Its upkeep is a few map operations, for which no other thread need be woken.
            .executor(Runnable::run)
            .build();

    StartRateLimiter(int perSecond) {
        this.perSecond = perSecond;
    }

    /**
     * Counts a start.
     *
     * @return 0, or how many nanoseconds it came too early
     */
    long nanosTooEarly(K whose, long nowNanos) {
        return nanosTooEarly(buckets.get(whose, any -> bucket(perSecond, nowNanos)), nowNanos);
    }

    static TokenBucket bucket(int perSecond, long nowNanos) {
        return new TokenBucket(perSecond, (double) perSecond * BURST_SECONDS, nowNanos);
    }

    /** Event loops share a bucket, each for some nanoseconds. */
    static long nanosTooEarly(TokenBucket bucket, long nowNanos) {
        synchronized (bucket) {
            return bucket.take(1, nowNanos) ? 0 : bucket.nanosUntil(1, nowNanos);
        }
    }
}
