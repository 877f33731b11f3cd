package io.sluice.gateway.media.container;

import java.util.Arrays;

/** Reads bit fields. Behind the end it reads zeros and remembers that it did. */
final class BitReader {

    private static final int MAX_ZEROS = 31;

    private final byte[] bytes;
    private long position;

    BitReader(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A reader for the payload of an H.264 or HEVC unit, without the bytes that prevent start codes. */
    static BitReader ofUnit(byte[] unit, int from, int to) {
        byte[] payload = new byte[Math.max(0, to - from)];
        int length = 0;
        int zeros = 0;
        for (int i = from; i < to; i++) {
            boolean prevention = zeros >= 2 && unit[i] == 3;
            zeros = prevention || unit[i] != 0 ? 0 : zeros + 1;
            if (!prevention) {
                payload[length++] = unit[i];
            }
        }
        return new BitReader(Arrays.copyOf(payload, length));
    }

    boolean isOverrun() {
        return position > bytes.length * 8L;
    }

    boolean flag() {
        return bits(1) == 1;
    }

    /** An unsigned number of up to 32 bits. */
    long bits(int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            long at = position >> 3;
            int bit = at < bytes.length ? (bytes[(int) at] >> (7 - (position & 7))) & 1 : 0;
            value = (value << 1) | bit;
            position++;
        }
        return value;
    }

    void skip(int count) {
        position += count;
    }

    /** An Exp-Golomb number; the code of a signed one has the same length. */
    long golomb() {
        int zeros = 0;
        while (zeros < MAX_ZEROS && !isOverrun() && bits(1) == 0) {
            zeros++;
        }
        return (1L << zeros) - 1 + bits(zeros);
    }

    void skipGolombs(long count) {
        for (long i = 0; i < count && !isOverrun(); i++) {
            golomb();
        }
    }
}
