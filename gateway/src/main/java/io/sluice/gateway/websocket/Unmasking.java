package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;

/** Removes the masking of a client's payload (RFC 6455, 5.3) in place, eight bytes at a time. */
final class Unmasking {

    private Unmasking() {}

    /**
     * Unmasks a part of a payload.
     *
     * @param buffer big-endian, as Netty's are
     * @param index the index of the first byte
     * @param length the number of bytes
     * @param mask the masking key, rotated so that its most significant byte applies to the first byte
     */
    static void unmask(ByteBuf buffer, int index, int length, int mask) {
        if (mask == 0 || length == 0) {
            return;
        }
        int position = index;
        int end = index + length;
        long twice = (long) mask << Integer.SIZE | (mask & 0xffffffffL);
        for (; position <= end - Long.BYTES; position += Long.BYTES) {
            buffer.setLong(position, buffer.getLong(position) ^ twice);
        }
        for (int shift = Integer.SIZE - Byte.SIZE;
                position < end;
                position++, shift = (shift - Byte.SIZE) & (Integer.SIZE - 1)) {
            buffer.setByte(position, buffer.getByte(position) ^ mask >>> shift);
        }
    }
}
