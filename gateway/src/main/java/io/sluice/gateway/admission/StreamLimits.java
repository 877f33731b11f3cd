package io.sluice.gateway.admission;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits on what one stream sends. Bursts of up to five seconds' worth of messages are allowed.
 *
 * @param burstBytes media that may be sent in a burst above the permitted bit rate
 * @param framesPerSecond WebSocket frames of media and messages per second; bounds the cost of tiny frames
 * @param controlMessagesPerSecond text messages per second
 * @param pingsPerSecond pings and pongs per second, together
 * @param maxDuration maximum duration of a live stream; null for no limit
 */
public record StreamLimits(
        long burstBytes,
        int framesPerSecond,
        int controlMessagesPerSecond,
        int pingsPerSecond,
        @Nullable Duration maxDuration) {

    /** A burst may have this many seconds' worth of messages. */
    public static final int BURST_SECONDS = 5;

    /**
     * The defaults.
     *
     * @return limits that no well-behaved client reaches
     */
    public static StreamLimits defaults() {
        return new StreamLimits(128L * 1_024 * 1_024, 20_000, 10, 50, null);
    }
}
