package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/** The first bytes of a stream, copied and bounded, with big-endian readers. Positions count from the stream's first byte. */
final class HeaderBytes {

    /** The most that a container's header may have; MediaRecorder writes some 200 bytes of WebM and 1,300 of MP4. */
    static final int MAX_BYTES = 64 * 1_024;

    /** The most that is copied before the parser looks again, so that a large first chunk is not copied for nothing. */
    private static final int STEP_BYTES = 1_024;

    private byte[] bytes = new byte[STEP_BYTES];
    private int length;

    /** Copies the next bytes and leaves the buffer's indices alone. Returns how many were taken, none when full. */
    int append(ByteBuf from, int index) {
        int count = Math.min(Math.min(from.writerIndex() - index, STEP_BYTES), MAX_BYTES - length);
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(bytes.length * 2, MAX_BYTES));
        }
        from.getBytes(index, bytes, length, count);
        length += count;
        return count;
    }

    /** Forgets everything, and takes nothing but memory for nothing. */
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

    /** Up to eight bytes; with eight, the highest bit is the sign. */
    long unsigned(int position, int count) {
        long value = 0;
        for (int i = position; i < position + count; i++) {
            value = (value << 8) | unsignedByte(i);
        }
        return value;
    }

    /** Whether the expected characters stand at the position, as far as there are bytes already. */
    boolean agreesWith(int position, String latin1) {
        int end = Math.min(length, position + latin1.length());
        for (int i = position; i < end; i++) {
            if (unsignedByte(i) != latin1.charAt(i - position)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the expected characters stand at the position, all of them. */
    boolean shows(int position, String latin1) {
        return has(position, latin1.length()) && agreesWith(position, latin1);
    }

    /** The bytes as text that is fit for a message: printable ASCII with a question mark for everything else. */
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
