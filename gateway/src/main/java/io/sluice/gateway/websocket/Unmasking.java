package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;

/** Undoes a client's masking (RFC 6455, 5.3) in place, eight bytes at a time. */
final class Unmasking {

    private Unmasking() {}

    /**
     * Unmasks a part of a payload.
     *
     * @param buffer big-endian, as Netty's are
     * @param index where the part begins
     * @param length its bytes
     * @param mask the masking key, rotated so that its highest byte is for the part's first
     */
    static void unmask(ByteBuf buffer, int index, int length, int mask) {
        if (mask == 0 || length == 0) {
            return;
        }
        int at = index;
        int end = index + length;
        long twice = (long) mask << Integer.SIZE | (mask & 0xffffffffL);
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            buffer.setLong(at, buffer.getLong(at) ^ twice);
        }
        for (int shift = Integer.SIZE - Byte.SIZE; at < end; at++, shift = (shift - Byte.SIZE) & (Integer.SIZE - 1)) {
            buffer.setByte(at, buffer.getByte(at) ^ mask >>> shift);
        }
    }
}
