package io.sluice.e2e.wire;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket client that does what it is told. By itself it only answers pings and the gateway's close, as browsers
 * do. Sending may be done from several threads and blocks while the gateway does not read; {@link #close()} and
 * {@link #reset()} unblock it.
 */
public final class WebSocketClient implements AutoCloseable {

    private static final int MASK = 0x5ac31788;

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int NORMAL = 1000;
    private static final int NO_STATUS = 1005;

    private final Socket socket;
    private final HandshakeAnswer answer;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile boolean closed;

    private WebSocketClient(Socket socket, HandshakeAnswer answer) {
        this.socket = socket;
        this.answer = answer;
    }

    /**
     * Connects and reads what comes on a thread of its own.
     *
     * @param listener told on that thread, from the first frame to {@link Incoming.Gone}; not told anything if the
     *     gateway refuses the upgrade
     */
    public static WebSocketClient connect(InetSocketAddress server, Handshake handshake, Consumer<Incoming> listener) {
        return connect(server, handshake, null, listener);
    }

    /** The same, with TLS unless the factory is null. */
    public static WebSocketClient connect(
            InetSocketAddress server,
            Handshake handshake,
            @Nullable SSLSocketFactory tls,
            Consumer<Incoming> listener) {
        WebSocketClient client = connectDeaf(server, handshake, tls);
        if (client.answer.isUpgraded()) {
            Thread reader = new Thread(() -> client.read(listener), "reads " + client.socket.getLocalPort());
            reader.setDaemon(true);
            reader.start();
        }
        return client;
    }

    /** Connects and never reads anything after the handshake, so that the gateway cannot get rid of what it says. */
    public static WebSocketClient connectDeaf(InetSocketAddress server, Handshake handshake) {
        return connectDeaf(server, handshake, null);
    }

    private static WebSocketClient connectDeaf(
            InetSocketAddress server, Handshake handshake, @Nullable SSLSocketFactory tls) {
        Socket socket = new Socket();
        try {
            // Small, so that a deaf client's receive buffer is full soon; set before connecting, or it has no effect.
            socket.setReceiveBufferSize(16_384);
            socket.setTcpNoDelay(true);
            socket.connect(server, (int) CONNECT_LIMIT.toMillis());
            socket.setSoTimeout((int) CONNECT_LIMIT.toMillis());
            if (tls != null) {
                socket = tls.createSocket(socket, server.getHostString(), server.getPort(), true);
            }
            socket.getOutputStream().write(handshake.request(server.getHostString() + ":" + server.getPort()));
            HandshakeAnswer answer = HandshakeAnswer.read(socket.getInputStream());
            socket.setSoTimeout(0);
            return new WebSocketClient(socket, answer);
        } catch (IOException e) {
            closeQuietly(socket);
            throw new UncheckedIOException("no answer to " + handshake.target(), e);
        }
    }

    public HandshakeAnswer answer() {
        return answer;
    }

    public void send(Frame frame) {
        write(frame.encoded());
    }

    /** Sends the header of a frame as large as announced, its masking key included, but none of its payload. */
    public void announce(Frame frame, int payloadBytes) {
        write(frame.header(payloadBytes).putInt(MASK).flip());
    }

    /** Sends bytes as they are, in one TCP write. */
    public void write(ByteBuffer bytes) {
        writing.lock();
        try {
            if (closed) {
                throw new IOException("nothing may follow a close");
            }
            socket.getOutputStream().write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writing.unlock();
        }
    }

    /** Ends our direction and goes on reading. */
    public void closeOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Drops the connection with an RST, as a crashed client's kernel does. */
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
        closeQuietly(socket);
    }

    private void read(Consumer<Incoming> listener) {
        try {
            new FrameReader(socket.getInputStream()).readAll(incoming -> {
                listener.accept(incoming);
                answer(incoming);
            });
        } catch (IOException e) {
            listener.accept(new Incoming.Gone(String.valueOf(e.getMessage())));
        }
    }

    private void answer(Incoming incoming) {
        if (incoming instanceof Incoming.Ping) {
            answer(Frame.pong(ByteBuffer.allocate(0)));
        } else if (incoming instanceof Incoming.Close close) {
            answer(Frame.close(close.code() == NO_STATUS ? NORMAL : close.code(), ""));
            closed = true;
        }
    }

    /** Does not wait for long for a sender that is blocked by the gateway: it must be possible to hear why. */
    private void answer(Frame frame) {
        try {
            if (writing.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    send(frame);
                } finally {
                    writing.unlock();
                }
            }
        } catch (UncheckedIOException | InterruptedException e) {
            // The other end is gone already; the reading side reports that.
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
