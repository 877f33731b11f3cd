package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Undoes a client's masking (RFC 6455, 5.3) in place, eight bytes at a time. */
final class Unmasking {

    private Unmasking() {}

    /**
     * Unmasks a part of a payload.
     *
     * @param buffer of one piece of memory, as a socket's read buffers are
     * @param index where the part begins
     * @param length its bytes
     * @param mask the masking key, rotated so that its highest byte is for the part's first
     */
    static void unmask(ByteBuf buffer, int index, int length, int mask) {
        if (mask == 0 || length == 0) {
            return;
        }
        // One view for the whole part: the buffer's own accessors check bounds and reference count at each call.
        ByteBuffer bytes = buffer.internalNioBuffer(index, length).order(ByteOrder.BIG_ENDIAN);
        int at = bytes.position();
        int end = at + length;
        long twice = (long) mask << Integer.SIZE | (mask & 0xffffffffL);
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            bytes.putLong(at, bytes.getLong(at) ^ twice);
        }
        for (int shift = Integer.SIZE - Byte.SIZE; at < end; at++, shift = (shift - Byte.SIZE) & (Integer.SIZE - 1)) {
            bytes.put(at, (byte) (bytes.get(at) ^ mask >>> shift));
        }
    }
}
