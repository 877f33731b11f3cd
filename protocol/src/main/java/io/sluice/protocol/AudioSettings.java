package io.sluice.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the client says of its audio track; null means that it does not know. A hint for the plan and no promise.
 *
 * @param sampleRate in samples per second, from 1 to {@value #MAX_SAMPLE_RATE}
 * @param channels how many, from 1 to {@value #MAX_CHANNELS}
 * @param bitsPerSecond the target of the client's encoder, from 1 to {@value #MAX_BITS_PER_SECOND}
 */
public record AudioSettings(
        @Nullable Integer sampleRate,
        @Nullable Integer channels,
        @Nullable Integer bitsPerSecond) {

    /** The highest sample rate, in samples per second. */
    public static final int MAX_SAMPLE_RATE = 768_000;

    /** The most channels. */
    public static final int MAX_CHANNELS = 64;

    /** The highest bit rate, in bits per second. */
    public static final int MAX_BITS_PER_SECOND = 100_000_000;
}
