package io.sluice.gateway.receivers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A server that takes part in the handshake of RTMP, as real ones do or not, and remembers what the client did. */
final class HandshakeServer implements AutoCloseable {

    private static final int BYTES = 1_536;
    private static final char[] PASSWORD = "trial".toCharArray();

    private final ServerSocket listening;
    private final Conversation conversation;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "handshake-server");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicInteger connections = new AtomicInteger();
    private final CompletableFuture<Boolean> orderly = new CompletableFuture<>();

    @FunctionalInterface
    private interface Conversation {
        boolean with(InputStream in, OutputStream out) throws IOException;
    }

    private HandshakeServer(ServerSocket listening, Conversation conversation) {
        this.listening = listening;
        this.conversation = conversation;
        threads.execute(this::accept);
    }

    static HandshakeServer answering() throws IOException {
        return answeringAt(0);
    }

    static HandshakeServer answeringAt(int port) throws IOException {
        return new HandshakeServer(listen(port), (in, out) -> handshake(in, out, BYTES));
    }

    static HandshakeServer answeringInPieces() throws IOException {
        return new HandshakeServer(listen(0), (in, out) -> handshake(in, out, 100));
    }

    /** Says something and closes. */
    static HandshakeServer saying(byte[] words) throws IOException {
        return new HandshakeServer(listen(0), (in, out) -> {
            in.readNBytes(1 + BYTES);
            out.write(words);
            return false;
        });
    }

    static HandshakeServer encrypted(String certificate) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        String resource = "/io/sluice/gateway/ffmpeg/install/trial/" + certificate + ".p12.txt";
        try (InputStream in = HandshakeServer.class.getResourceAsStream(resource)) {
            store.load(Base64.getMimeDecoder().wrap(Objects.requireNonNull(in, certificate)), PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return new HandshakeServer(
                context.getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getByAddress(new byte[] {127, 0, 0, 1})),
                (in, out) -> handshake(in, out, BYTES));
    }

    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 200, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
    }

    int port() {
        return listening.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    /** Whether the first client sent all of its side, and then closed; an error if it broke off. */
    CompletableFuture<Boolean> sawOrderlyHandshake() {
        return orderly;
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                connections.incrementAndGet();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            orderly.complete(conversation.with(socket.getInputStream(), socket.getOutputStream()));
        } catch (IOException e) {
            orderly.completeExceptionally(e);
        }
    }

    private static boolean handshake(InputStream in, OutputStream out, int piece) throws IOException {
        byte[] hello = in.readNBytes(1 + BYTES);
        if (hello.length <= BYTES) {
            return false;
        }
        byte[] answer = new byte[1 + 2 * BYTES];
        Arrays.fill(answer, (byte) 7);
        answer[0] = 3;
        System.arraycopy(hello, 1, answer, 1 + BYTES, BYTES);
        for (int at = 0; at < answer.length; at += piece) {
            out.write(answer, at, Math.min(piece, answer.length - at));
            out.flush();
        }
        byte[] last = in.readNBytes(BYTES);
        boolean closed = in.read() < 0;
        return closed
                && hello[0] == 3
                && Arrays.equals(Arrays.copyOfRange(hello, 1, 9), new byte[8])
                && Arrays.equals(last, Arrays.copyOfRange(answer, 1, 1 + BYTES));
    }

    @Override
    public void close() throws IOException {
        listening.close();
        threads.shutdownNow();
    }
}
