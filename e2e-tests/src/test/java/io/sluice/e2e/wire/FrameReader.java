package io.sluice.e2e.wire;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads the gateway's frames until the connection ends. The gateway sends short, unmasked, unfragmented ones only. */
final class FrameReader {

    private static final int NO_STATUS = 1005;
    private static final int MAX_PAYLOAD_BYTES = 1 << 20;

    private final DataInputStream in;

    FrameReader(InputStream in) {
        this.in = new DataInputStream(in);
    }

    /** Blocks until the connection is gone; the listener hears of everything, of that last. */
    void readAll(Consumer<Incoming> listener) {
        try {
            while (true) {
                int first = in.read();
                if (first < 0) {
                    listener.accept(new Incoming.Gone("end of stream"));
                    return;
                }
                listener.accept(read(first));
            }
        } catch (IOException e) {
            listener.accept(new Incoming.Gone(String.valueOf(e.getMessage())));
        }
    }

    private Incoming read(int first) throws IOException {
        if ((first & 0xF0) != 0x80) {
            throw new IOException("the gateway sent a fragment or reserved bits: 0x" + Integer.toHexString(first));
        }
        ByteBuffer payload = ByteBuffer.wrap(in.readNBytes(length()));
        return switch (first & 0x0F) {
            case Frame.TEXT ->
                new Incoming.Text(StandardCharsets.UTF_8.decode(payload).toString());
            case Frame.BINARY -> new Incoming.Binary(payload);
            case Frame.PING -> new Incoming.Ping();
            case Frame.PONG -> new Incoming.Pong(payload);
            case Frame.CLOSE -> close(payload);
            default -> throw new IOException("the gateway sent opcode " + (first & 0x0F));
        };
    }

    private int length() throws IOException {
        int second = in.readUnsignedByte();
        if (second > 127) {
            throw new IOException("the gateway sent a masked frame");
        }
        long length = second == 127 ? in.readLong() : second == 126 ? in.readUnsignedShort() : second;
        if (length > MAX_PAYLOAD_BYTES) {
            throw new IOException("the gateway sent a frame of " + length + " bytes");
        }
        return (int) length;
    }

    private static Incoming close(ByteBuffer payload) {
        if (payload.remaining() < Short.BYTES) {
            return new Incoming.Close(NO_STATUS, "");
        }
        int code = payload.getShort() & 0xFFFF;
        return new Incoming.Close(code, StandardCharsets.UTF_8.decode(payload).toString());
    }
}
