package io.sluice.e2e.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One WebSocket frame as it goes out, legal or not.
 *
 * @param fin whether it ends its message
 * @param rsv the three reserved bits, from 0 to 7; only 0 is legal here
 * @param opcode from 0 to 15
 * @param masked whether the payload is masked, as a client's must be
 * @param payload from position to limit; not changed
 */
public record Frame(boolean fin, int rsv, int opcode, boolean masked, ByteBuffer payload) {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int MASK_BYTES = 4;

    public static Frame text(String text) {
        return of(TEXT, utf8(text));
    }

    public static Frame binary(ByteBuffer payload) {
        return of(BINARY, payload);
    }

    public static Frame continuation(ByteBuffer payload) {
        return of(CONTINUATION, payload);
    }

    public static Frame ping(ByteBuffer payload) {
        return of(PING, payload);
    }

    static Frame pong(ByteBuffer payload) {
        return of(PONG, payload);
    }

    public static Frame close(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        ByteBuffer payload = ByteBuffer.allocate(Short.BYTES + text.length);
        payload.putShort((short) code).put(text).flip();
        return of(CLOSE, payload);
    }

    /** A frame with an opcode of one's own choosing. */
    public static Frame of(int opcode, ByteBuffer payload) {
        return new Frame(true, 0, opcode, true, payload);
    }

    public Frame withMoreToCome() {
        return new Frame(false, rsv, opcode, masked, payload);
    }

    public Frame withReservedBits(int bits) {
        return new Frame(fin, bits, opcode, masked, payload);
    }

    public Frame withoutMask() {
        return new Frame(fin, rsv, opcode, false, payload);
    }

    /** The bytes on the wire, ready to be read. */
    public ByteBuffer encoded() {
        ByteBuffer out = header(payload.remaining());
        if (masked) {
            putMasked(out);
        } else {
            out.put(payload.duplicate());
        }
        return out.flip();
    }

    /** The header alone, for a payload that is announced and may never come. */
    ByteBuffer header(int announcedBytes) {
        int maskBit = masked ? 0x80 : 0;
        ByteBuffer out = ByteBuffer.allocate(2 + Long.BYTES + MASK_BYTES + payload.remaining());
        out.put((byte) ((fin ? 0x80 : 0) | rsv << 4 | opcode));
        if (announcedBytes < 126) {
            out.put((byte) (maskBit | announcedBytes));
        } else if (announcedBytes < 1 << 16) {
            out.put((byte) (maskBit | 126)).putShort((short) announcedBytes);
        } else {
            out.put((byte) (maskBit | 127)).putLong(announcedBytes);
        }
        return out;
    }

    private void putMasked(ByteBuffer out) {
        byte[] mask = new byte[MASK_BYTES];
        ThreadLocalRandom.current().nextBytes(mask);
        out.put(mask);
        for (int i = 0; i < payload.remaining(); i++) {
            out.put((byte) (payload.get(payload.position() + i) ^ mask[i % MASK_BYTES]));
        }
    }

    private static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
