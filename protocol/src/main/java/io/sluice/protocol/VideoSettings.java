package io.sluice.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the client expects of its video track; null means unknown. A hint for the stream plan, not a guarantee: the
 * picture size can change in mid-stream.
 *
 * @param width in pixels, from 1 to {@value #MAX_SIDE}
 * @param height in pixels, from 1 to {@value #MAX_SIDE}
 * @param frameRate in frames per second, above 0 and up to {@value #MAX_FRAME_RATE}
 * @param bitsPerSecond the target bit rate of the client's encoder, from 1 to {@value #MAX_BITS_PER_SECOND}
 */
public record VideoSettings(
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable Double frameRate,
        @Nullable Integer bitsPerSecond) {

    /** The longest side of a picture, in pixels. */
    public static final int MAX_SIDE = 16_384;

    /** The highest frame rate, in frames per second. */
    public static final int MAX_FRAME_RATE = 1_000;

    /** The highest bit rate, in bits per second. */
    public static final int MAX_BITS_PER_SECOND = 1_000_000_000;
}
