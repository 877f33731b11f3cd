package io.sluice.e2e.harness;

import java.util.Optional;

/**
 * What a picture of {@code pages/source.js} says of itself.
 *
 * @param number counted from 0
 * @param drawnMillis when it was drawn, in milliseconds since 1970
 * @param isFlash whether its lower edge is white
 */
public record SourcePicture(int number, long drawnMillis, boolean isFlash) {

    /** Scaled down to this size, each block is one pixel. */
    static final String SIZE = "16:9";

    static final int BYTES = 16 * 9;

    private static final int NUMBER_BITS = 24;
    private static final int CLOCK_BITS = 32;
    private static final int SUM_BITS = 8;
    private static final int FLASH_START = 16 * 7;

    /**
     * Reads a picture of {@link #SIZE} in shades of gray.
     *
     * @param nowMillis any time within some weeks of when it was drawn, since the picture has no more than 32 bits of
     *     it
     * @return nothing if it was damaged on the way
     */
    static Optional<SourcePicture> read(byte[] gray, long nowMillis) {
        long number = bits(gray, 0, NUMBER_BITS);
        long clock = bits(gray, NUMBER_BITS, CLOCK_BITS);
        if (bits(gray, NUMBER_BITS + CLOCK_BITS, SUM_BITS) != sum(gray)) {
            return Optional.empty();
        }
        long drawn = nowMillis + (int) (clock - nowMillis);
        return Optional.of(new SourcePicture((int) number, drawn, isWhite(gray, FLASH_START + 8)));
    }

    /** Draws one, without what moves. */
    byte[] gray() {
        byte[] gray = new byte[BYTES];
        put(gray, 0, NUMBER_BITS, number);
        put(gray, NUMBER_BITS, CLOCK_BITS, drawnMillis);
        put(gray, NUMBER_BITS + CLOCK_BITS, SUM_BITS, sum(gray));
        for (int i = FLASH_START; i < BYTES; i++) {
            gray[i] = (byte) (isFlash ? 255 : 0);
        }
        return gray;
    }

    private static int sum(byte[] gray) {
        int sum = 0x5a;
        for (int start = 0; start < NUMBER_BITS + CLOCK_BITS; start += 8) {
            sum = (int) ((sum * 31L + bits(gray, start, 8)) & 0xff);
        }
        return sum;
    }

    private static long bits(byte[] gray, int start, int count) {
        long value = 0;
        for (int i = start; i < start + count; i++) {
            value = value << 1 | (isWhite(gray, i) ? 1 : 0);
        }
        return value;
    }

    private static void put(byte[] gray, int start, int count, long value) {
        for (int i = 0; i < count; i++) {
            gray[start + i] = (byte) ((value >> (count - 1 - i) & 1) == 1 ? 255 : 0);
        }
    }

    private static boolean isWhite(byte[] gray, int block) {
        return (gray[block] & 0xff) >= 128;
    }
}
