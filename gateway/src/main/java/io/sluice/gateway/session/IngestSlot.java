package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.gateway.access.Peer;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.Failed;
import io.sluice.protocol.KeyFrame;
import io.sluice.protocol.Open;
import io.sluice.protocol.ServerMessage;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The replaceable source of a session: the connection that is attached at present, and what belongs to it. The newest
 * connection wins: what an earlier one still delivers is released. A connection that has closed stays attached until
 * another one is; it ignores messages.
 *
 * <p>Confined to the session's event loop. A connection on another event loop is reached by hops in both directions,
 * see {@link IngestHop}; on the same loop every call is direct.
 */
final class IngestSlot {

    /** Several outputs may come back together. */
    private static final long KEY_FRAME_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final EventLoop eventLoop;
    private final Ingest session;
    private final Consumer<Peer> onPeerChanged;
    private final int lowBytes;
    private final int highBytes;

    private ClientConnection connection;
    private Ingest attached;
    private boolean hasRequestedKeyFrame;
    private long keyFrameNanos;
    private boolean paused;
    private boolean letGo;
    private Duration reportInterval = Open.DEFAULT_PROGRESS_INTERVAL;
    private Set<ClientFeature> features = Set.of();

    /**
     * A slot with its first connection.
     *
     * @param eventLoop the session's event loop, which is the first connection's
     * @param first the connection
     * @param session receives what the attached connection delivers, on the session's event loop
     * @param onPeerChanged receives the peer of each further connection
     * @param lowBytes a connection on another loop that was paused resumes when this much or less is on the way
     * @param highBytes a connection on another loop is paused when this much or more is on the way
     */
    IngestSlot(
            EventLoop eventLoop,
            ClientConnection first,
            Ingest session,
            Consumer<Peer> onPeerChanged,
            int lowBytes,
            int highBytes) {
        this.eventLoop = eventLoop;
        this.session = session;
        this.onPeerChanged = onPeerChanged;
        this.lowBytes = lowBytes;
        this.highBytes = highBytes;
        this.connection = first;
        this.attached = new AttachedIngest(this, session);
    }

    /** Where the attached connection delivers. */
    Ingest ingest() {
        return attached;
    }

    /**
     * Puts a connection in the place of the present one, which is told so and closed.
     *
     * @param next the new connection, on any event loop
     * @return where it delivers from now on, called on its own loop
     */
    Ingest attach(ClientConnection next) {
        connection.send(Failed.of(SessionFailures.takenOver()));
        AttachedIngest ingest = new AttachedIngest(this, session);
        attached = ingest;
        onPeerChanged.accept(next.peer());
        if (next.eventLoop().inEventLoop()) {
            connection = next;
            pauseMedia(paused);
            return ingest;
        }
        IngestHop hop = new IngestHop(next, eventLoop, ingest, lowBytes, highBytes);
        connection = hop;
        pauseMedia(paused);
        return hop;
    }

    boolean isAttached(Ingest ingest) {
        return ingest == attached;
    }

    /** Takes over what the client asks for in its {@code open}. */
    void configure(Open open) {
        reportInterval = open.progressInterval();
        features = open.features();
    }

    Peer peer() {
        return connection.peer();
    }

    Duration reportInterval() {
        return reportInterval;
    }

    /** Whether the client can or understands something that not every client does. */
    boolean has(ClientFeature feature) {
        return features.contains(feature);
    }

    /** The connection belongs to another session from now on: this one neither sends to it nor pauses it. */
    void letGo() {
        letGo = true;
    }

    /** Asks a client that can make one for a key frame, unless it was asked just now. */
    void requestKeyFrame(long nowNanos) {
        boolean isSoon = hasRequestedKeyFrame && nowNanos - keyFrameNanos < KEY_FRAME_PAUSE_NANOS;
        if (has(ClientFeature.KEY_FRAMES) && !isSoon) {
            hasRequestedKeyFrame = true;
            keyFrameNanos = nowNanos;
            send(new KeyFrame());
        }
    }

    void send(ServerMessage message) {
        if (!letGo) {
            connection.send(message);
        }
    }

    /** Remembered for a connection that is attached later. */
    void pauseMedia(boolean pause) {
        paused = pause;
        if (!letGo) {
            connection.pauseMedia(pause);
        }
    }
}
