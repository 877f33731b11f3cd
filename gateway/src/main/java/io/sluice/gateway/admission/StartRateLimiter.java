package io.sluice.gateway.admission;

import static io.sluice.gateway.admission.AdmissionLimits.BURST_SECONDS;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * Limits the start rate per key. Only recent keys are kept, up to a maximum: a bucket that was not used for as long as
 * it takes to fill equals a new one. Thread-safe.
 *
 * @param <K> what the rate is counted per
 */
final class StartRateLimiter<K> {

    /** 100,000 buckets use about 15 MB, and suffice for 10,000 starts per second with different keys. */
    private static final int MAX_BUCKETS = 100_000;

    private final int perSecond;
    private final Cache<K, TokenBucket> buckets = Caffeine.newBuilder()
            .maximumSize(MAX_BUCKETS)
            .expireAfterAccess(Duration.ofSeconds(BURST_SECONDS + 1))
            // Maintenance is a few map operations, which are not worth another thread.
            .executor(Runnable::run)
            .build();

    StartRateLimiter(int perSecond) {
        this.perSecond = perSecond;
    }

    /**
     * Counts a start.
     *
     * @return 0 if it is allowed, otherwise the nanoseconds until it would be
     */
    long nanosTooEarly(K key, long nowNanos) {
        return nanosTooEarly(buckets.get(key, absent -> bucket(perSecond, nowNanos)), nowNanos);
    }

    static TokenBucket bucket(int perSecond, long nowNanos) {
        return new TokenBucket(perSecond, (double) perSecond * BURST_SECONDS, nowNanos);
    }

    /** Event loops share a bucket; the lock is held for nanoseconds. */
    static long nanosTooEarly(TokenBucket bucket, long nowNanos) {
        synchronized (bucket) {
            return bucket.take(1, nowNanos) ? 0 : bucket.nanosUntil(1, nowNanos);
        }
    }
}
