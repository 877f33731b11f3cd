package io.sluice.gateway.session;

import io.sluice.gateway.admission.StreamLimits;
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
 * What one stream may use: bits, and time. Confined to the stream's event loop.
 *
 * <p>Bits are counted as they come off the socket, not as FFmpeg takes them, so a slow FFmpeg is no excuse for more.
 */
final class StreamQuota {

    /** Clients are told a bit rate for their encoders, and these overshoot; containers come on top. */
    private static final double OVERSHOOT = 1.25;

    private static final double MILLION = 1e6;

    private final StreamLimits limits;
    private final long maxBitsPerSecond;
    private final @Nullable Instant expiresAt;
    private final TokenBucket bytes;
    private final long beganNanos;
    private long calmNanos;
    private long bytesSinceCalm;

    /**
     * An allowance that begins now.
     *
     * @param limits the gateway's
     * @param maxBitsPerSecond what the client is told
     * @param expiresAt the end of the client's permission; null for none
     * @param nowNanos the time, by {@link System#nanoTime()}
     */
    StreamQuota(StreamLimits limits, long maxBitsPerSecond, @Nullable Instant expiresAt, long nowNanos) {
        this.limits = limits;
        this.maxBitsPerSecond = maxBitsPerSecond;
        this.expiresAt = expiresAt;
        this.bytes = new TokenBucket(maxBitsPerSecond * OVERSHOOT / Byte.SIZE, limits.burstBytes(), nowNanos);
        this.beganNanos = nowNanos;
        this.calmNanos = nowNanos;
    }

    /** What a client that has permission may use from now on. */
    static StreamQuota of(SessionContext context, Permit permit) {
        return new StreamQuota(
                context.streamLimits(),
                permit.maxBitsPerSecond(context.limits()),
                permit.terms().expiresAt(),
                System.nanoTime());
    }

    /**
     * Media came.
     *
     * @param mediaBytes how much
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return null, or why it was too much
     */
    @Nullable
    Failure mediaCame(int mediaBytes, long nowNanos) {
        if (bytes.isFull(nowNanos)) {
            calmNanos = nowNanos;
            bytesSinceCalm = 0;
        }
        bytesSinceCalm += mediaBytes;
        return bytes.take(mediaBytes, nowNanos) ? null : tooMuch(nowNanos);
    }

    /**
     * Looks at the clock.
     *
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @param now the time of day
     * @return why the stream must end, or empty
     */
    Optional<Failure> check(long nowNanos, Instant now) {
        if (expiresAt != null && !expiresAt.isAfter(now)) {
            return Optional.of(expired());
        }
        Duration longest = limits.maxDuration();
        if (longest != null && nowNanos - beganNanos >= longest.toNanos()) {
            return Optional.of(new Failure(
                    FailureCode.DURATION_EXCEEDED,
                    "The stream has been live for " + longest.toSeconds()
                            + " s, which is as long as one may be: go live anew."));
        }
        return Optional.empty();
    }

    /** The verdict on a client whose permission has come to its end. */
    static Failure expired() {
        return new Failure(
                FailureCode.AUTHORIZATION_EXPIRED,
                "The permission to publish has expired: get a new one, and go live again with that.");
    }

    private Failure tooMuch(long nowNanos) {
        double seconds = Math.max(1, TimeUnit.NANOSECONDS.toMillis(nowNanos - calmNanos)) / 1_000.0;
        return new Failure(
                FailureCode.BIT_RATE_EXCEEDED,
                String.format(
                        Locale.ROOT,
                        "%.1f Mbit/s came for %.1f s, where %.1f Mbit/s and %.1f MB at once are allowed: choose a lower bit rate.",
                        bytesSinceCalm * Byte.SIZE / seconds / MILLION,
                        seconds,
                        maxBitsPerSecond * OVERSHOOT / MILLION,
                        limits.burstBytes() / MILLION));
    }
}
