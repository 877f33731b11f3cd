package io.sluice.gateway.session;

import java.time.Duration;

/**
 * The bounds of a session in time and in bytes, and what it asks of the client.
 *
 * @param openTimeout from the upgrade to {@code open}, in the negotiated way
 * @param authorizeTimeout for the authorizer's answer
 * @param mediaTimeout how long a live client may send nothing
 * @param stallTimeout how long FFmpeg may take nothing while media waits
 * @param finishTimeout from the end of the media to FFmpeg's own end
 * @param lowWaterBytes filled to here or less, the socket is read again
 * @param highWaterBytes filled to here or more, the socket is not read
 * @param maxMessageBytes the largest WebSocket message
 * @param maxBitsPerSecond what the client is told to stay below, audio and video together; a quarter more is let pass
 * @param timeslice what the client is told to send at a time
 */
public record SessionLimits(
        Duration openTimeout,
        Duration authorizeTimeout,
        Duration mediaTimeout,
        Duration stallTimeout,
        Duration finishTimeout,
        int lowWaterBytes,
        int highWaterBytes,
        int maxMessageBytes,
        long maxBitsPerSecond,
        Duration timeslice) {

    /** How long a key that is being given back may keep a newcomer waiting, over the time that its stream may take to finish. */
    private static final Duration REAP_ALLOWANCE = Duration.ofSeconds(5);

    /**
     * The defaults.
     *
     * @return limits that suit live video of a few megabits per second
     */
    public static SessionLimits defaults() {
        return new SessionLimits(
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                32 * 1_024,
                96 * 1_024,
                8 * 1_024 * 1_024,
                10_000_000,
                // A picture waits in the browser for the end of its slice; at 250 ms that was most of its delay.
                Duration.ofMillis(100));
    }

    Duration keyHandBackTimeout() {
        return finishTimeout.plus(REAP_ALLOWANCE);
    }
}
