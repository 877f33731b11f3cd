package io.sluice.gateway.ffmpeg.install;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A TLS server on loopback for one connection, which finds out whether the client accepts its certificate. */
final class TrialServer implements AutoCloseable {

    private static final char[] PASSWORD = "trial".toCharArray();

    private final ServerSocket listening;
    private final CompletableFuture<Seen> seen;

    /** What the client did. */
    enum Seen {
        /** It sent data through the encrypted connection. */
        ACCEPTED,
        /** It began a handshake and then gave up. */
        REFUSED,
        /** It did not come, or did not begin. */
        NOTHING
    }

    private TrialServer(ServerSocket listening, SSLContext context, Duration deadline) {
        this.listening = listening;
        this.seen = CompletableFuture.supplyAsync(() -> serve(context, deadline), TrialServer::onDaemonThread);
    }

    /** Listens, with the certificate and key in a resource. */
    static TrialServer with(String certificate, Duration deadline) throws IOException {
        ServerSocket listening = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        try {
            return new TrialServer(listening, context(certificate), deadline);
        } catch (GeneralSecurityException | IOException e) {
            listening.close();
            throw new IOException("TLS does not work on this Java platform", e);
        }
    }

    private static SSLContext context(String certificate) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = TrialServer.class.getResourceAsStream("trial/" + certificate + ".p12.txt")) {
            store.load(Base64.getMimeDecoder().wrap(Objects.requireNonNull(in, certificate)), PASSWORD);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    int port() {
        return listening.getLocalPort();
    }

    /** Waits until the client has shown what it does. */
    Seen await(Duration limit) {
        try {
            return seen.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Seen.NOTHING;
        } catch (ExecutionException | TimeoutException e) {
            return Seen.NOTHING;
        }
    }

    private Seen serve(SSLContext context, Duration deadline) {
        int timeout = (int) deadline.toMillis();
        try {
            listening.setSoTimeout(timeout);
            try (Socket plain = listening.accept()) {
                plain.setSoTimeout(timeout);
                SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, null, true);
                socket.setUseClientMode(false);
                return handshake(socket);
            }
        } catch (IOException e) {
            return Seen.NOTHING;
        }
    }

    private static Seen handshake(SSLSocket socket) {
        try {
            socket.startHandshake();
            return socket.getInputStream().read() < 0 ? Seen.REFUSED : Seen.ACCEPTED;
        } catch (IOException e) {
            return Seen.REFUSED;
        }
    }

    private static void onDaemonThread(Runnable task) {
        Thread thread = new Thread(task, "ffmpeg-tls-trial");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
