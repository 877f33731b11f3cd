package io.sluice.gateway.session;

import io.sluice.gateway.delivery.OutputRules;
import io.sluice.gateway.media.ReplayBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one session.
 *
 * @param timeouts how long each part of a session may take
 * @param rates how much a client may send
 * @param buffers how much may wait in the gateway
 * @param outputs when outputs are given up, and how much more media than time may arrive
 * @param timeslice how much media the client is asked to send at a time, as a duration
 */
public record SessionLimits(Timeouts timeouts, Rates rates, Buffers buffers, OutputRules outputs, Duration timeslice) {

    /** How long a reaped stream may take to release its stream key, after the time it may take to finish. */
    private static final Duration RELEASE_ALLOWANCE = Duration.ofSeconds(5);

    /**
     * How long each part of a session may take.
     *
     * @param open from the upgrade to {@code open}; negotiated clients only
     * @param authorize until the authorizer answers
     * @param media how long a live client may send nothing
     * @param finish from the end of the media to the end of FFmpeg
     * @param resume how long to wait for a client whose connection is lost and that can continue over another one; zero
     *     to wait for nobody
     * @param maxDuration how long a stream may be live; null for no limit
     */
    public record Timeouts(
            Duration open,
            Duration authorize,
            Duration media,
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
     * @param replayBytes media that has been delivered and is kept for outputs that have to start again
     * @param maxDelay how late an output may become before the media up to the next key frame is left out for it; zero
     *     for any
     */
    public record Buffers(
            int lowWaterBytes, int highWaterBytes, int maxMessageBytes, int replayBytes, Duration maxDelay) {

        /** However late an output may become, it holds no more than this. */
        private static final int MAX_LAG_BYTES = 8 * 1_024 * 1_024;

        /**
         * The defaults.
         *
         * @return less than 256 KiB that wait, 2 MiB for outputs that start again, and messages of 8 MiB
         */
        public static Buffers defaults() {
            return new Buffers(32 * 1_024, 96 * 1_024, 8 * 1_024 * 1_024, 2 * 1_024 * 1_024, Duration.ofSeconds(4));
        }

        ReplayBuffer.Limits replay() {
            return new ReplayBuffer.Limits(lowWaterBytes, highWaterBytes, replayBytes, maxDelay, MAX_LAG_BYTES);
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
                OutputRules.defaults(),
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
