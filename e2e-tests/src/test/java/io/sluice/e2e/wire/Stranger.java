package io.sluice.e2e.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A TCP connection that says anything at all, at its own pace, and goes as it likes. Everything blocks. */
public final class Stranger implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final Socket socket = new Socket();

    private Stranger() {}

    public static Stranger connect(InetSocketAddress server) {
        Stranger stranger = new Stranger();
        try {
            stranger.socket.setTcpNoDelay(true);
            stranger.socket.connect(server, (int) LIMIT.toMillis());
            return stranger;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The bytes of a sound request for a WebSocket, to be sent whole or in part. */
    public static byte[] request(InetSocketAddress server, Handshake handshake) {
        return handshake.request(server.getHostString() + ":" + server.getPort());
    }

    public Stranger say(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Stranger say(String latin1) {
        return say(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Stranger say(Frame frame) {
        ByteBuffer encoded = frame.encoded();
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return say(bytes);
    }

    /**
     * Waits for the answer to a request, as a client must before its first frame: what comes before that is nobody's.
     */
    public Stranger awaitAnswer() {
        try {
            socket.setSoTimeout((int) LIMIT.toMillis());
            HandshakeAnswer.read(socket.getInputStream());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for whatever the gateway has to say. */
    public Stranger hearSomething() {
        try {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getInputStream().read();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything that the gateway says until it ends the connection, in Latin-1. */
    public String hearToTheEnd() {
        try {
            socket.setSoTimeout((int) LIMIT.toMillis());
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("still connected after " + LIMIT, e);
        } catch (IOException e) {
            return "reset";
        }
    }

    /** Has nothing more to say, and goes on listening. */
    public Stranger closeOutput() {
        try {
            socket.shutdownOutput();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Goes with an RST, as who crashes does. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close();
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
