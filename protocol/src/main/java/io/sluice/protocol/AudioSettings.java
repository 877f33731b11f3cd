package io.sluice.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the client expects of its audio track; null means unknown. A hint for the stream plan, not a guarantee.
 *
 * @param sampleRate in samples per second, from 1 to {@value #MAX_SAMPLE_RATE}
 * @param channels number of channels, from 1 to {@value #MAX_CHANNELS}
 * @param bitsPerSecond the target bit rate of the client's encoder, from 1 to {@value #MAX_BITS_PER_SECOND}
 */
public record AudioSettings(
        @Nullable Integer sampleRate,
        @Nullable Integer channels,
        @Nullable Integer bitsPerSecond) {

    /** The highest sample rate, in samples per second. */
    public static final int MAX_SAMPLE_RATE = 768_000;

    /** The largest number of channels. */
    public static final int MAX_CHANNELS = 64;

    /** The highest bit rate, in bits per second. */
    public static final int MAX_BITS_PER_SECOND = 100_000_000;
}
