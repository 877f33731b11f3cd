package io.sluice.e2e.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/**
 * A TCP proxy in front of a receiver that can stop letting bytes through, without closing anything: what a wedged or
 * overloaded ingest server looks like from outside. Each direction of each connection is pumped by a thread of its own.
 */
public final class TcpGate implements AutoCloseable {

    /** Small, so that a closed gate is felt soon. */
    private static final int BUFFER_BYTES = 16_384;

    private final ServerSocket server;
    private final int target;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private boolean isShut;
    private long passedBytes;

    private TcpGate(ServerSocket server, int target) {
        this.server = server;
        this.target = target;
    }

    static TcpGate open(int target) {
        try {
            ServerSocket server = new ServerSocket();
            server.setReceiveBufferSize(BUFFER_BYTES);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            TcpGate gate = new TcpGate(server, target);
            gate.inBackground(gate::accept);
            return gate;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same, which is a TLS server to whoever connects. */
    static TcpGate openTls(int target, SSLContext certificate) {
        try {
            ServerSocket server =
                    certificate.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
            TcpGate gate = new TcpGate(server, target);
            gate.inBackground(gate::accept);
            return gate;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** From now on nothing passes, in either direction, on live and on new connections. */
    public synchronized void shut() {
        isShut = true;
    }

    /** Lets everything pass again. */
    public synchronized void reopen() {
        isShut = false;
        notifyAll();
    }

    /** How many bytes have passed on their way to the receiver, over all connections. */
    public synchronized long passedBytes() {
        return passedBytes;
    }

    /**
     * Waits until so many bytes have passed.
     *
     * @return when that was noticed, on the clock of {@link System#nanoTime()}
     */
    public synchronized long awaitPassed(long bytes, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (passedBytes < bytes) {
                long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    throw new AssertionError("only " + passedBytes + " of " + bytes + " bytes within " + limit);
                }
                wait(leftMillis);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
        return System.nanoTime();
    }

    private synchronized void count(int bytes) {
        passedBytes += bytes;
        notifyAll();
    }

    /** Breaks off every live connection with an RST. */
    public void cut() {
        for (Socket socket : sockets) {
            try {
                socket.setSoLinger(true, 0);
                socket.close();
            } catch (IOException e) {
                // Closed by its own pump meanwhile: just as good.
            }
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        reopen();
        cut();
    }

    private void accept() throws IOException {
        while (true) {
            Socket from = server.accept();
            Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
            from.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            sockets.addAll(List.of(from, to));
            inBackground(() -> pump(from, to, true));
            inBackground(() -> pump(to, from, false));
        }
    }

    private void pump(Socket from, Socket to, boolean isCounted) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            awaitOpen();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                awaitOpen();
                out.write(buffer, 0, n);
                if (isCounted) {
                    count(n);
                }
            }
        }
    }

    private synchronized void awaitOpen() {
        try {
            while (isShut) {
                wait();
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private void inBackground(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // A connection or the gate was closed: the normal end.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
