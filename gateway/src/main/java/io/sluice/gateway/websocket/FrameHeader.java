package io.sluice.gateway.websocket;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Collects and checks the header of one frame from a client (RFC 6455, 5.2), which may come byte by byte. Used again for each frame. */
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
    private int have;

    /** Takes bytes until the header is complete; returns whether it is. */
    boolean read(ByteBuf in) {
        while (have < needed() && in.isReadable()) {
            bytes[have++] = in.readByte();
        }
        return have == needed();
    }

    void reset() {
        have = 0;
    }

    private int needed() {
        if (have < 2) {
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

    /** The length of the payload; negative if the client set the highest bit. */
    long length() {
        int shortLength = bytes[1] & 0x7f;
        return switch (shortLength) {
            case LENGTH_IN_TWO_BYTES -> unsigned(2, Short.BYTES);
            case LENGTH_IN_EIGHT_BYTES -> unsigned(2, Long.BYTES);
            default -> shortLength;
        };
    }

    /** The masking key, its first byte highest. */
    int mask() {
        return (int) unsigned(have - MASK_BYTES, MASK_BYTES);
    }

    private long unsigned(int at, int length) {
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << Byte.SIZE | (bytes[at + i] & 0xff);
        }
        return value;
    }

    /**
     * What is wrong with the frame, as far as it has come.
     *
     * @param inMessage whether a fragmented message has begun and not ended
     * @return words, or null if it is sound
     */
    @Nullable
    String problem(boolean inMessage) {
        if (have < 2) {
            return null;
        }
        if ((bytes[0] & 0x70) != 0) {
            return "A frame has reserved bits set, but no extension was negotiated: send frames without extensions.";
        }
        if (!isMasked()) {
            return "A frame is not masked: every frame from a client must be.";
        }
        return isControl() ? controlProblem() : dataProblem(inMessage);
    }

    private @Nullable String controlProblem() {
        if (opcode() > PONG) {
            return "A frame has the reserved opcode " + opcode() + ".";
        }
        if (!isFinal()) {
            return "A close, ping or pong frame is fragmented: these must come whole.";
        }
        if ((bytes[1] & 0x7f) > MAX_CONTROL_BYTES) {
            return "A close, ping or pong frame has more than " + MAX_CONTROL_BYTES + " bytes.";
        }
        return opcode() == CLOSE && (bytes[1] & 0x7f) == 1 ? "A close frame has half a status code." : null;
    }

    private @Nullable String dataProblem(boolean inMessage) {
        if (opcode() > BINARY) {
            return "A frame has the reserved opcode " + opcode() + ".";
        }
        if (opcode() == CONTINUATION && !inMessage) {
            return "A continuation frame came, but there is no message to continue.";
        }
        if (opcode() != CONTINUATION && inMessage) {
            return "A new message began before the last one was complete.";
        }
        if (have < needed()) {
            return null;
        }
        int shortLength = bytes[1] & 0x7f;
        boolean minimal = shortLength == LENGTH_IN_EIGHT_BYTES
                ? length() > MAX_TWO_BYTE_LENGTH
                : shortLength != LENGTH_IN_TWO_BYTES || length() >= LENGTH_IN_TWO_BYTES;
        return minimal ? null : "A frame's length is not in its shortest form, or negative.";
    }
}
