package io.sluice.protocol;

import org.jspecify.annotations.Nullable;

/**
 * What the client says of its video track; null means that it does not know. A hint for the plan and no promise: tracks
 * change their size while they run.
 *
 * @param width in pixels, from 1 to {@value #MAX_SIDE}
 * @param height in pixels, from 1 to {@value #MAX_SIDE}
 * @param frameRate in frames per second, above 0 and up to {@value #MAX_FRAME_RATE}
 * @param bitsPerSecond the target of the client's encoder, from 1 to {@value #MAX_BITS_PER_SECOND}
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
