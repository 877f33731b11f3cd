package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * A bounded copy of the part of a stream's header that is being parsed, with big-endian readers. Positions are relative
 * to the stream's first byte. What the parser has passed is given up, and what it skips is never copied.
 */
final class HeaderBytes {

    /** Maximum bytes held; MediaRecorder's whole header has about 200 bytes in WebM and 1,300 in MP4. */
    static final int MAX_BYTES = 64 * 1_024;

    /** Maximum size of a header, whose tags, attachments and padding are skipped. */
    static final int MAX_HEADER_BYTES = 1 << 20;

    /** Bytes copied between two attempts to parse, so that a large first chunk is not copied needlessly. */
    private static final int STEP_BYTES = 1_024;

    private byte[] bytes = new byte[STEP_BYTES];

    /** The position of the first byte held. */
    private int base;

    private int length;

    /** How many of the following bytes are not needed. */
    private int skipped;

    /**
     * Takes the next bytes without changing the buffer's indices. Returns how many were copied, or skipped; 0 if full.
     */
    int append(ByteBuf from, int index) {
        if (skipped > 0) {
            int count = Math.min(from.writerIndex() - index, skipped);
            skipped -= count;
            return count;
        }
        int count = Math.min(
                Math.min(from.writerIndex() - index, STEP_BYTES),
                Math.min(MAX_BYTES - length, MAX_HEADER_BYTES - base - length));
        if (length + count > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(bytes.length * 2, MAX_BYTES));
        }
        from.getBytes(index, bytes, length, count);
        length += count;
        return count;
    }

    /** Gives up the bytes before a position, which may not have arrived yet. */
    void discardBefore(int position) {
        int passed = position - base;
        if (passed >= length) {
            skipped += passed - length;
            base = position;
            length = 0;
        } else if (passed > length / 2) {
            // Half of what is held, so that no byte is moved more than once for each that is given up.
            System.arraycopy(bytes, passed, bytes, 0, length - passed);
            base = position;
            length -= passed;
        }
    }

    /** Releases the memory; nothing can be read afterwards. */
    void clear() {
        bytes = new byte[0];
        length = 0;
    }

    /** All bytes that were taken so far. */
    int receivedBytes() {
        return base + length - skipped;
    }

    /** The bytes held. */
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
        return position + count <= base + length;
    }

    int unsignedByte(int position) {
        return bytes[position - base] & 0xff;
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
        int end = Math.min(base + length, position + latin1.length());
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

    /** A copy of bytes that have arrived. */
    byte[] copy(int position, int count) {
        return Arrays.copyOfRange(bytes, position - base, position - base + count);
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
