package io.sluice.gateway.admission;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much one stream may send. Of messages, five seconds' worth may come at once.
 *
 * @param burstBytes media that may come at once, above what {@code maxBitsPerSecond} lets pass in time
 * @param framesPerSecond WebSocket frames of media and messages; bounds what tiny frames cost
 * @param controlMessagesPerSecond text messages
 * @param pingsPerSecond pings and pongs together
 * @param maxDuration how long it may be live; null for no end
 */
public record StreamLimits(
        long burstBytes,
        int framesPerSecond,
        int controlMessagesPerSecond,
        int pingsPerSecond,
        @Nullable Duration maxDuration) {

    /** For how long more messages than the rate may come. */
    public static final int BURST_SECONDS = 5;

    /**
     * The defaults.
     *
     * @return limits that no client comes near that means well
     */
    public static StreamLimits defaults() {
        return new StreamLimits(128L * 1_024 * 1_024, 20_000, 10, 50, null);
    }
}
