package io.sluice.gateway.session;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one session.
 *
 * @param timeouts how long each part of a session may take
 * @param rates how much a client may send
 * @param buffers how much may wait in the gateway
 * @param pace how far timestamps, media and output may drift apart
 * @param timeslice how much media the client is asked to send at a time, as a duration
 */
public record SessionLimits(Timeouts timeouts, Rates rates, Buffers buffers, Pace pace, Duration timeslice) {

    /** How long a reaped stream may take to release its stream key, after the time it may take to finish. */
    private static final Duration RELEASE_ALLOWANCE = Duration.ofSeconds(5);

    /**
     * How long each part of a session may take.
     *
     * @param open from the upgrade to {@code open}; negotiated clients only
     * @param authorize until the authorizer answers
     * @param media how long a live client may send nothing
     * @param stall how long FFmpeg may accept nothing while media waits
     * @param finish from the end of the media to the end of FFmpeg
     * @param resume how long to wait for a client whose connection is lost and that can continue over another one; zero
     *     to wait for nobody
     * @param maxDuration how long a stream may be live; null for no limit
     */
    public record Timeouts(
            Duration open,
            Duration authorize,
            Duration media,
            Duration stall,
            Duration finish,
            Duration resume,
            @Nullable Duration maxDuration) {

        /**
         * The defaults.
         *
         * @return ten to thirty seconds for most, and no limit on the duration
         */
        public static Timeouts defaults() {
            return new Timeouts(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(30),
                    null);
        }
    }

    /**
     * How much a client may send. Messages may come in bursts of {@value #BURST_SECONDS} seconds' worth.
     *
     * @param bitsPerSecond the bit rate that the client is given, audio and video together; a quarter more is tolerated
     * @param burstBytes media that may arrive in a burst above that
     * @param framesPerSecond WebSocket frames per second; bounds the cost of tiny frames
     * @param controlMessagesPerSecond text messages per second
     * @param pingsPerSecond pings and pongs per second, together
     */
    public record Rates(
            long bitsPerSecond,
            long burstBytes,
            int framesPerSecond,
            int controlMessagesPerSecond,
            int pingsPerSecond) {

        /** A burst may have this many seconds' worth of messages. */
        public static final int BURST_SECONDS = 5;

        /**
         * The defaults.
         *
         * @return limits that no well-behaved client reaches
         */
        public static Rates defaults() {
            return new Rates(10_000_000, 128L * 1_024 * 1_024, 20_000, 10, 50);
        }
    }

    /**
     * How much may wait in the gateway.
     *
     * @param lowWaterBytes the socket is read again when this much memory or less is held
     * @param highWaterBytes the socket is not read when this much memory or more is held
     * @param maxMessageBytes the largest WebSocket message
     */
    public record Buffers(int lowWaterBytes, int highWaterBytes, int maxMessageBytes) {

        /**
         * The defaults.
         *
         * @return less than 256 KiB for a stalled stream, and messages of 8 MiB
         */
        public static Buffers defaults() {
            return new Buffers(32 * 1_024, 96 * 1_024, 8 * 1_024 * 1_024);
        }
    }

    /**
     * How far timestamps, media and output may drift apart.
     *
     * @param lagTimeout how long media may arrive without any output, or at less than half of its speed
     * @param maxTimestampGap how much longer than the time that passes the gaps in a track's timestamps may be
     */
    public record Pace(Duration lagTimeout, Duration maxTimestampGap) {

        /**
         * The defaults.
         *
         * @return a minute each: longer than what a recorder, a network or a receiver recovers from
         */
        public static Pace defaults() {
            return new Pace(Duration.ofMinutes(1), Duration.ofMinutes(1));
        }
    }

    /**
     * The defaults.
     *
     * @return limits that suit live video of a few megabits per second
     */
    public static SessionLimits defaults() {
        return new SessionLimits(
                Timeouts.defaults(),
                Rates.defaults(),
                Buffers.defaults(),
                Pace.defaults(),
                // A frame waits in the browser for the end of its slice; at 250 ms that was most of its delay.
                Duration.ofMillis(100));
    }

    /** How long a client may take for its first media: until then it is like one that has not sent its open. */
    Duration firstMediaTimeout() {
        return timeouts.open().compareTo(timeouts.media()) < 0 ? timeouts.open() : timeouts.media();
    }

    /** How long to wait for a stream key whose stream is ending. */
    Duration keyReleaseTimeout() {
        return timeouts.finish().plus(RELEASE_ALLOWANCE);
    }
}
