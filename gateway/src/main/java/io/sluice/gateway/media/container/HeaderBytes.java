package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * A bounded copy of a stream's first bytes with big-endian readers. Positions are relative to the stream's first byte.
 */
final class HeaderBytes {

    /** Maximum size of a container's header; MediaRecorder writes about 200 bytes for WebM and 1,300 for MP4. */
    static final int MAX_BYTES = 64 * 1_024;

    /** Bytes copied between two attempts to parse, so that a large first chunk is not copied needlessly. */
    private static final int STEP_BYTES = 1_024;

    private byte[] bytes = new byte[STEP_BYTES];
    private int length;

    /** Copies the next bytes without changing the buffer's indices. Returns how many were copied; 0 if full. */
    int append(ByteBuf from, int index) {
        int count = Math.min(Math.min(from.writerIndex() - index, STEP_BYTES), MAX_BYTES - length);
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(bytes.length * 2, MAX_BYTES));
        }
        from.getBytes(index, bytes, length, count);
        length += count;
        return count;
    }

    /** Releases the memory; nothing can be read afterwards. */
    void clear() {
        bytes = new byte[0];
        length = 0;
    }

    int length() {
        return length;
    }

    int capacity() {
        return bytes.length;
    }

    boolean isFull() {
        return length == MAX_BYTES;
    }

    boolean has(int position, int count) {
        return position + count <= length;
    }

    int unsignedByte(int position) {
        return bytes[position] & 0xff;
    }

    /** An integer of up to eight bytes; with eight, the highest bit is the sign. */
    long unsigned(int position, int count) {
        long value = 0;
        for (int i = position; i < position + count; i++) {
            value = (value << 8) | unsignedByte(i);
        }
        return value;
    }

    /** Whether the bytes at a position match the text as far as they have arrived. */
    boolean couldMatch(int position, String latin1) {
        int end = Math.min(length, position + latin1.length());
        for (int i = position; i < end; i++) {
            if (unsignedByte(i) != latin1.charAt(i - position)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the bytes at a position match the whole text. */
    boolean matches(int position, String latin1) {
        return has(position, latin1.length()) && couldMatch(position, latin1);
    }

    /** The bytes as text for a message: printable ASCII, and a question mark for everything else. */
    String printable(int position, int count) {
        StringBuilder text = new StringBuilder(count);
        for (int i = position; i < position + count; i++) {
            text.append(isPrintable(unsignedByte(i)) ? (char) unsignedByte(i) : '?');
        }
        return text.toString();
    }

    static boolean isPrintable(int character) {
        return character >= ' ' && character <= '~';
    }
}
