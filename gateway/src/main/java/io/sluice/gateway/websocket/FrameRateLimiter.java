package io.sluice.gateway.websocket;

import static io.sluice.gateway.admission.StreamLimits.BURST_SECONDS;

import io.sluice.gateway.admission.StreamLimits;
import io.sluice.gateway.admission.TokenBucket;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import org.jspecify.annotations.Nullable;

/**
 * Limits the rate of a client's frames. The bit rate of a stream is limited elsewhere; this bounds the cost per byte,
 * because a frame of one byte occupies the shared event loop as long as one of thousands.
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
     * Counts a frame by its header, before its payload is read.
     *
     * @param opcode the opcode of the frame
     * @param nowNanos the current {@link System#nanoTime()}
     * @return null, or the failure if the frame exceeds the limit
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
                "Too many " + what + ": " + perSecond + " per second are allowed, with bursts of up to "
                        + (long) perSecond * BURST_SECONDS + ".");
    }
}
