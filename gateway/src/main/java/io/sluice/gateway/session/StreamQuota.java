package io.sluice.gateway.session;

import io.sluice.gateway.admission.TokenBucket;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one stream may use: bits per second, and time. Confined to the stream's event loop.
 *
 * <p>Bits are counted as they arrive from the socket, not as FFmpeg accepts them, so a slow FFmpeg does not raise the
 * limit.
 */
final class StreamQuota {

    /** Clients are given a bit rate for their encoders. Encoders overshoot, and the container adds overhead. */
    private static final double OVERSHOOT = 1.25;

    private static final double MILLION = 1e6;

    private final SessionLimits limits;
    private final long maxBitsPerSecond;
    private final @Nullable Instant expiresAt;
    private final TokenBucket bytes;
    private final long startedNanos;
    private long calmNanos;
    private long bytesSinceCalm;

    /**
     * A quota that starts now.
     *
     * @param limits the gateway's limits
     * @param maxBitsPerSecond the bit rate that the client was given
     * @param expiresAt when the client's permission ends; null for never
     * @param nowNanos the time, by {@link System#nanoTime()}
     */
    StreamQuota(SessionLimits limits, long maxBitsPerSecond, @Nullable Instant expiresAt, long nowNanos) {
        this.limits = limits;
        this.maxBitsPerSecond = maxBitsPerSecond;
        this.expiresAt = expiresAt;
        this.bytes = new TokenBucket(
                maxBitsPerSecond * OVERSHOOT / Byte.SIZE, limits.rates().burstBytes(), nowNanos);
        this.startedNanos = nowNanos;
        this.calmNanos = nowNanos;
    }

    /** The quota of a stream that was permitted and starts now. */
    static StreamQuota of(SessionContext context, Permit permit, long nowNanos) {
        return new StreamQuota(
                context.limits(),
                permit.maxBitsPerSecond(context.limits()),
                permit.terms().expiresAt(),
                nowNanos);
    }

    /**
     * Counts media.
     *
     * @param mediaBytes how much arrived
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return null, or why it was too much
     */
    @Nullable
    Failure onMedia(int mediaBytes, long nowNanos) {
        if (bytes.isFull(nowNanos)) {
            calmNanos = nowNanos;
            bytesSinceCalm = 0;
        }
        bytesSinceCalm += mediaBytes;
        return bytes.take(mediaBytes, nowNanos) ? null : bitRateExceeded(nowNanos);
    }

    /**
     * Checks the time.
     *
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @param now the time of day
     * @return why the stream must end, or empty
     */
    Optional<Failure> check(long nowNanos, Instant now) {
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            return Optional.of(expired());
        }
        Duration longest = limits.timeouts().maxDuration();
        if (longest != null && nowNanos - startedNanos >= longest.toNanos()) {
            return Optional.of(new Failure(
                    FailureCode.DURATION_EXCEEDED,
                    "The stream has been live for " + longest.toSeconds()
                            + " s, which is the maximum duration: go live again."));
        }
        return Optional.empty();
    }

    /** The failure of a client whose permission has expired. */
    static Failure expired() {
        return new Failure(
                FailureCode.AUTHORIZATION_EXPIRED,
                "The permission to publish has expired: get a new one, and go live again with it.");
    }

    private Failure bitRateExceeded(long nowNanos) {
        double seconds = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nowNanos - calmNanos)) / 1_000.0;
        return new Failure(
                FailureCode.BIT_RATE_EXCEEDED,
                String.format(
                        Locale.ROOT,
                        "%.1f Mbit/s arrived for %.1f s; the limit is %.1f Mbit/s and a burst of %.1f MB:"
                                + " choose a lower bit rate.",
                        bytesSinceCalm * Byte.SIZE / seconds / MILLION,
                        seconds,
                        maxBitsPerSecond * OVERSHOOT / MILLION,
                        limits.rates().burstBytes() / MILLION));
    }
}
