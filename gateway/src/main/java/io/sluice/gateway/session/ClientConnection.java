package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.gateway.access.Peer;
import io.sluice.protocol.ServerMessage;

/**
 * A publisher's connection as a session sees it. A session calls it on the connection's own event loop; the methods
 * never block and never throw.
 *
 * <p>{@code Ended} and {@code Failed} are the last messages: later ones are ignored, and the connection is closed with
 * the code that belongs to them.
 */
public interface ClientConnection {

    /**
     * The event loop that reads the connection.
     *
     * @return the same for the connection's whole life
     */
    EventLoop eventLoop();

    /**
     * Who is at the other end.
     *
     * @return the peer as the upgrade request describes it
     */
    Peer peer();

    /**
     * Makes the connection deliver to another session. What it has delivered before stays where it is.
     *
     * @param ingest where it delivers from now on
     */
    void deliverTo(Ingest ingest);

    /**
     * Sends a message, if this kind of client understands messages.
     *
     * @param message the message
     */
    void send(ServerMessage message);

    /**
     * Pauses or resumes reading. Bytes that were read already may still arrive.
     *
     * @param paused whether to stop reading
     */
    void pauseMedia(boolean paused);
}
