package io.sluice.gateway.websocket;

import io.sluice.gateway.GatewayStage;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket client that enforces no rules. It blocks, and its mask is all zeros, so that sent data is easy to read.
 */
public final class RawWebSocket implements AutoCloseable {

    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;
    static final int FIN = 0x80;
    static final int RSV1 = 0x40;

    /** The headers of an upgrade request. */
    static final String UPGRADE = String.join(
            "\r\n",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "");

    private static final int MESSAGE_BYTES = 16_384;

    private final Socket socket;
    private final DataInputStream in;
    private final int status;
    private final Map<String, String> headers = new TreeMap<>();

    /** A frame from the gateway. */
    record Frame(int opcode, ByteBuffer payload) {

        String text() {
            return StandardCharsets.UTF_8.decode(payload.duplicate()).toString();
        }

        int closeCode() {
            return payload.getShort(0) & 0xFFFF;
        }

        String closeReason() {
            return StandardCharsets.UTF_8
                    .decode(payload.duplicate().position(2))
                    .toString();
        }
    }

    private RawWebSocket(Socket socket, String request) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) GatewayStage.PATIENCE.toMillis());
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        this.status = Integer.parseInt(line().split(" ", -1)[1]);
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
    }

    /** Opens a WebSocket below the stage's prefix. */
    public static RawWebSocket connect(GatewayStage stage, String target, String... protocols) {
        return connect(stage.port(), GatewayStage.PREFIX + target, protocols);
    }

    /** Opens a WebSocket. */
    public static RawWebSocket connect(int port, String target, String... protocols) {
        String offer = protocols.length == 0 ? "" : "Sec-WebSocket-Protocol: " + String.join(", ", protocols) + "\r\n";
        return request(port, target, UPGRADE + offer);
    }

    static RawWebSocket request(GatewayStage stage, String target, String headers) {
        return request(stage.port(), GatewayStage.PREFIX + target, headers);
    }

    private static RawWebSocket request(int port, String target, String headers) {
        try {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            return new RawWebSocket(socket, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The status of the response to a plain GET, with any target. */
    public static int status(int port, String target) {
        try (RawWebSocket connection = request(port, target, "")) {
            return connection.status();
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the response ends after: " + line);
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    int status() {
        return status;
    }

    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    static byte[] encode(int firstByte, byte[] payload) {
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 14).put((byte) firstByte);
        if (payload.length < 126) {
            frame.put((byte) (0x80 | payload.length));
        } else if (payload.length < 1 << 16) {
            frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
        } else {
            frame.put((byte) (0x80 | 127)).putLong(payload.length);
        }
        frame.putInt(0).put(payload);
        return Arrays.copyOf(frame.array(), frame.position());
    }

    void send(int firstByte, byte[] payload) {
        write(encode(firstByte, payload));
    }

    public void text(String text) {
        send(FIN | TEXT, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends media as a browser does: several kilobytes per message. */
    public void media(byte[] media) {
        for (int at = 0; at < media.length; at += MESSAGE_BYTES) {
            send(FIN | BINARY, Arrays.copyOfRange(media, at, Math.min(media.length, at + MESSAGE_BYTES)));
        }
    }

    /** Sends a close frame and keeps receiving. */
    public void close(int code) {
        send(FIN | CLOSE, ByteBuffer.allocate(2).putShort((short) code).array());
    }

    /** Shuts down the output without a close frame; closing the socket could reset data that is still in flight. */
    void shutDownOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same on a connection that the gateway may have closed already. */
    void writeLate(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            // The gateway was faster.
        }
    }

    /** The next frame; fails if the connection ends first. */
    Frame next() {
        try {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            }
            return new Frame(first & 0x0F, ByteBuffer.wrap(in.readNBytes(length)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame with this opcode; others are skipped. */
    Frame next(int opcode) {
        Frame frame = next();
        return frame.opcode() == opcode ? frame : next(opcode);
    }

    /** The next text message that contains the given text. */
    public String nextText(String part) {
        String text = next(TEXT).text();
        return text.contains(part) ? text : nextText(part);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
