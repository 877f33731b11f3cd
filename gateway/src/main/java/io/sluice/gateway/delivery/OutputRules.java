package io.sluice.gateway.delivery;

import java.time.Duration;

/**
 * When an output is given up, and when a stream is.
 *
 * @param stallTimeout how long FFmpeg may accept nothing while media waits, before it is killed and the output tried
 *     again
 * @param patience how long an output may be away before it has failed
 * @param lagTimeout how long media may arrive without any output, or at less than half of its speed
 * @param maxTimestampGap how much more media than arrived FFmpeg may make of it
 * @param require whether the stream needs each of its outputs
 */
public record OutputRules(
        Duration stallTimeout, Duration patience, Duration lagTimeout, Duration maxTimestampGap, Require require) {

    /** Which outputs a stream needs. */
    public enum Require {
        /** It ends when the last output has failed. */
        ANY,
        /** It ends when the first output has failed. */
        ALL
    }

    /**
     * The defaults.
     *
     * @return five seconds for a stall, five minutes of patience, a minute each for pace, and any output
     */
    public static OutputRules defaults() {
        return new OutputRules(
                Duration.ofSeconds(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(1),
                Duration.ofMinutes(1),
                Require.ANY);
    }

    /**
     * These rules with another requirement.
     *
     * @param other which outputs the stream needs
     * @return the rules
     */
    public OutputRules requiring(Require other) {
        return new OutputRules(stallTimeout, patience, lagTimeout, maxTimestampGap, other);
    }
}
