package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads and validates the header of a client's frame (RFC 6455, 5.2), which can arrive byte by byte. Reused for each
 * frame.
 */
final class FrameHeader {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int MASK_BYTES = 4;
    private static final int MAX_HEADER_BYTES = 2 + Long.BYTES + MASK_BYTES;
    private static final int MAX_CONTROL_BYTES = 125;
    private static final int LENGTH_IN_TWO_BYTES = 126;
    private static final int LENGTH_IN_EIGHT_BYTES = 127;
    private static final int MAX_TWO_BYTE_LENGTH = 65_535;

    private final byte[] bytes = new byte[MAX_HEADER_BYTES];
    private int size;

    /** Reads bytes until the header is complete; returns whether it is. */
    boolean read(ByteBuf in) {
        while (size < needed() && in.isReadable()) {
            bytes[size++] = in.readByte();
        }
        return size == needed();
    }

    void reset() {
        size = 0;
    }

    private int needed() {
        if (size < 2) {
            return 2;
        }
        int shortLength = bytes[1] & 0x7f;
        int extended = shortLength == LENGTH_IN_TWO_BYTES ? Short.BYTES : 0;
        return 2 + (shortLength == LENGTH_IN_EIGHT_BYTES ? Long.BYTES : extended) + (isMasked() ? MASK_BYTES : 0);
    }

    boolean isFinal() {
        return (bytes[0] & 0x80) != 0;
    }

    int opcode() {
        return bytes[0] & 0x0f;
    }

    boolean isControl() {
        return opcode() >= CLOSE;
    }

    private boolean isMasked() {
        return (bytes[1] & 0x80) != 0;
    }

    /** The length of the payload; negative if the client set the most significant bit. */
    long length() {
        int shortLength = bytes[1] & 0x7f;
        return switch (shortLength) {
            case LENGTH_IN_TWO_BYTES -> unsigned(2, Short.BYTES);
            case LENGTH_IN_EIGHT_BYTES -> unsigned(2, Long.BYTES);
            default -> shortLength;
        };
    }

    /** The masking key, its first byte most significant. */
    int mask() {
        return (int) unsigned(size - MASK_BYTES, MASK_BYTES);
    }

    private long unsigned(int at, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << Byte.SIZE | (bytes[at + i] & 0xff);
        }
        return value;
    }

    /**
     * Validates the part of the header that has been read.
     *
     * @param inMessage whether a fragmented message is incomplete
     * @return the message for the client, or null if the header is valid so far
     */
    @Nullable
    String problem(boolean inMessage) {
        if (size < 2) {
            return null;
        }
        if ((bytes[0] & 0x70) != 0) {
            return "A frame has reserved bits set, but no extension was negotiated. Send frames without extensions.";
        }
        if (!isMasked()) {
            return "A frame is not masked. Clients must mask every frame.";
        }
        return isControl() ? controlProblem() : dataProblem(inMessage);
    }

    private @Nullable String controlProblem() {
        if (opcode() > PONG) {
            return "A frame has the reserved opcode " + opcode() + ".";
        }
        if (!isFinal()) {
            return "A close, ping or pong frame is fragmented, which is not allowed.";
        }
        if ((bytes[1] & 0x7f) > MAX_CONTROL_BYTES) {
            return "A close, ping or pong frame has more than " + MAX_CONTROL_BYTES + " bytes.";
        }
        return opcode() == CLOSE && (bytes[1] & 0x7f) == 1 ? "A close frame has an incomplete status code." : null;
    }

    private @Nullable String dataProblem(boolean inMessage) {
        if (opcode() > BINARY) {
            return "A frame has the reserved opcode " + opcode() + ".";
        }
        if (opcode() == CONTINUATION && !inMessage) {
            return "A continuation frame arrived without a message to continue.";
        }
        if (opcode() != CONTINUATION && inMessage) {
            return "A new message started before the previous one was complete.";
        }
        if (size < needed()) {
            return null;
        }
        int shortLength = bytes[1] & 0x7f;
        boolean minimal = shortLength == LENGTH_IN_EIGHT_BYTES
                ? length() > MAX_TWO_BYTE_LENGTH
                : shortLength != LENGTH_IN_TWO_BYTES || length() >= LENGTH_IN_TWO_BYTES;
        return minimal ? null : "The length of a frame is not in its shortest form, or is negative.";
    }
}
