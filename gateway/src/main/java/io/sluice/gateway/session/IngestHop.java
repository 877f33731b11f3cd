package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.sluice.gateway.access.Peer;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Result;
import io.sluice.protocol.ServerMessage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Joins a session to a connection on another event loop, because a connection cannot move: its bytes hop to the
 * session's loop, the session's messages hop back.
 *
 * <p><b>Bound.</b> What is on the way is counted. The connection is paused when {@code highBytes} or more are, and
 * resumes when {@code lowBytes} or less are and the session does not want it paused either.
 *
 * <p><b>Threads.</b> {@link Ingest} methods are called on the connection's event loop, {@link ClientConnection} methods
 * on the session's.
 */
final class IngestHop implements Ingest, ClientConnection {

    private final ClientConnection connection;
    private final EventLoop sessionLoop;
    private final Ingest session;
    private final int lowBytes;
    private final int highBytes;
    private final AtomicInteger inFlightBytes = new AtomicInteger();

    /** Confined to the connection's event loop. */
    private boolean pausedByHop;

    /** Confined to the connection's event loop. */
    private boolean pausedBySession;

    IngestHop(ClientConnection connection, EventLoop sessionLoop, Ingest session, int lowBytes, int highBytes) {
        this.connection = connection;
        this.sessionLoop = sessionLoop;
        this.session = session;
        this.lowBytes = lowBytes;
        this.highBytes = highBytes;
    }

    @Override
    public void onMedia(ByteBuf media) {
        int bytes = media.readableBytes();
        if (inFlightBytes.addAndGet(bytes) >= highBytes && !pausedByHop) {
            pausedByHop = true;
            updatePause();
        }
        if (!hop(sessionLoop, () -> deliver(media, bytes))) {
            media.release();
        }
    }

    /** False if the loop is shut down, and with it what the task was for: the session, or the connection. */
    private static boolean hop(EventLoop loop, Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void deliver(ByteBuf media, int bytes) {
        session.onMedia(media);
        int left = inFlightBytes.addAndGet(-bytes);
        if (left <= lowBytes && left + bytes > lowBytes) {
            hop(connection.eventLoop(), this::resumeHop);
        }
    }

    private void resumeHop() {
        if (pausedByHop && inFlightBytes.get() <= lowBytes) {
            pausedByHop = false;
            updatePause();
        }
    }

    private void updatePause() {
        connection.pauseMedia(pausedByHop || pausedBySession);
    }

    @Override
    public void onMessage(Result<ClientMessage> message) {
        hop(sessionLoop, () -> session.onMessage(message));
    }

    @Override
    public void onViolation(Failure failure) {
        hop(sessionLoop, () -> session.onViolation(failure));
    }

    @Override
    public void onDisconnect(Departure departure) {
        hop(sessionLoop, () -> session.onDisconnect(departure));
    }

    @Override
    public EventLoop eventLoop() {
        return connection.eventLoop();
    }

    @Override
    public Peer peer() {
        return connection.peer();
    }

    @Override
    public void deliverTo(Ingest ingest) {
        throw new UnsupportedOperationException("a hop belongs to one session");
    }

    @Override
    public void send(ServerMessage message) {
        hop(connection.eventLoop(), () -> connection.send(message));
    }

    @Override
    public void pauseMedia(boolean paused) {
        hop(connection.eventLoop(), () -> {
            pausedBySession = paused;
            updatePause();
        });
    }
}
