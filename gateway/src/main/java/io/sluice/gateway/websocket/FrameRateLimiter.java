package io.sluice.gateway.websocket;

import static io.sluice.gateway.admission.StreamLimits.BURST_SECONDS;

import io.sluice.gateway.admission.StreamLimits;
import io.sluice.gateway.admission.TokenBucket;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import org.jspecify.annotations.Nullable;

/**
 * Counts a client's frames. The bytes of a stream are bounded elsewhere; this bounds what a byte can cost, because a frame with one byte
 * keeps the event loop busy for as long as one with thousands, and the loop is shared.
 */
final class FrameRateLimiter {

    private final StreamLimits limits;
    private final TokenBucket frames;
    private final TokenBucket messages;
    private final TokenBucket pings;

    FrameRateLimiter(StreamLimits limits, long nowNanos) {
        this.limits = limits;
        this.frames = bucket(limits.framesPerSecond(), nowNanos);
        this.messages = bucket(limits.controlMessagesPerSecond(), nowNanos);
        this.pings = bucket(limits.pingsPerSecond(), nowNanos);
    }

    private static TokenBucket bucket(int perSecond, long nowNanos) {
        return new TokenBucket(perSecond, (double) perSecond * BURST_SECONDS, nowNanos);
    }

    /**
     * Counts a frame by its header, before anything is made of it.
     *
     * @param opcode its opcode
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return null, or why it was one too many
     */
    @Nullable
    Failure count(int opcode, long nowNanos) {
        return switch (opcode) {
            case FrameHeader.PING, FrameHeader.PONG ->
                pings.take(1, nowNanos) ? null : tooMany("pings and pongs", limits.pingsPerSecond());
            case FrameHeader.TEXT ->
                messages.take(1, nowNanos) ? null : tooMany("text messages", limits.controlMessagesPerSecond());
            default -> frames.take(1, nowNanos) ? null : tooMany("frames", limits.framesPerSecond());
        };
    }

    private static Failure tooMany(String what, int perSecond) {
        return new Failure(
                FailureCode.TOO_MANY_MESSAGES,
                "Too many " + what + " came: " + perSecond + " a second are allowed, and " + BURST_SECONDS
                        + " seconds' worth at once.");
    }
}
