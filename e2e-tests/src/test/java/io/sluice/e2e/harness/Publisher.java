package io.sluice.e2e.harness;

import io.sluice.e2e.wire.Frame;
import io.sluice.e2e.wire.Handshake;
import io.sluice.e2e.wire.WebSocketClient;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.ControlCodec;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Stop;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** A client that goes live: one WebSocket connection and what the gateway said on it. */
public final class Publisher implements AutoCloseable {

    /** For what takes a moment; generous, because a busy machine is no reason to fail. */
    public static final Duration SOON = Duration.ofSeconds(60);

    private static final ControlCodec CODEC = new ControlCodec();

    private final Transcript transcript = new Transcript();
    private final AtomicLong sentBytes = new AtomicLong();
    private final WebSocketClient socket;

    /** Connects with any handshake at all. */
    public Publisher(InetSocketAddress server, Handshake handshake) {
        this(server, handshake, null);
    }

    /** The same, with TLS unless the factory is null. */
    Publisher(InetSocketAddress server, Handshake handshake, @Nullable SSLSocketFactory tls) {
        socket = WebSocketClient.connect(server, handshake, tls, transcript::hear);
    }

    /** How a client asks that speaks the protocol. */
    public static Handshake negotiated(String key) {
        return new Handshake("/ingest?streamKey=" + encoded(key), "sluice.v1");
    }

    /** The same, for a client that keeps its key out of access logs and gives it in {@code open}. */
    public static Handshake negotiatedWithoutKey() {
        return new Handshake("/ingest", "sluice.v1");
    }

    /** How five lines of JavaScript ask. */
    public static Handshake plain(String key, @Nullable String mimeType) {
        String query = mimeType == null ? "" : "&mimeType=" + encoded(mimeType);
        return new Handshake("/ingest?streamKey=" + encoded(key) + query);
    }

    /** How pxy's page asks. */
    public static Handshake pxy(String key) {
        return new Handshake("/api/v0/stream", "streamKey", key);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    public WebSocketClient socket() {
        return socket;
    }

    public Transcript heard() {
        return transcript;
    }

    /** The bytes of media that were sent so far. */
    public long sentBytes() {
        return sentBytes.get();
    }

    /** Opens with one offer, the key being in the URL, and waits for the answer. */
    public Opened open(String offer) {
        return open(List.of(offer));
    }

    /** Opens with several offers, the key being in the URL, and waits for the answer. */
    public Opened open(List<String> offers) {
        say(new Open(null, offers, null, null, null, null, Set.of(ClientFeature.DRAINING)));
        return transcript.awaitOpened(SOON);
    }

    public void say(ClientMessage message) {
        say(CODEC.encode(message));
    }

    public void say(String text) {
        socket.send(Frame.text(text));
    }

    /** Sends a recording, each of its messages at its time, and waits for nothing but room in the socket. */
    public Publisher send(Recording recording, Pace pace) {
        long start = System.nanoTime();
        for (Recording.Message message : recording.messages()) {
            pace.awaitTimeFor(message.at(), start);
            try {
                socket.send(Frame.binary(message.payload()));
            } catch (UncheckedIOException e) {
                throw new AssertionError("sending broke off; the gateway said: " + transcript, e);
            }
            sentBytes.addAndGet(message.payload().remaining());
        }
        return this;
    }

    /** Says that all is sent, and waits until the gateway has handed over the last of it. */
    public Ended stop() {
        say(new Stop());
        Ended ended = transcript.awaitEnded(SOON);
        transcript.awaitClose(SOON);
        return ended;
    }

    /** Closes as a browser's {@code close()} does, and waits until the gateway has answered. */
    public void leave() {
        socket.send(Frame.close(1000, ""));
        transcript.awaitGone(SOON);
    }

    @Override
    public void close() {
        socket.close();
    }
}
