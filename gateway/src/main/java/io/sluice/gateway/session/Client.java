package io.sluice.gateway.session;

import io.sluice.protocol.ServerMessage;

/**
 * The publishing client as a session sees it. Called on the session's event loop; never blocks and never throws.
 *
 * <p>{@code Ended} and {@code Failed} are the last word: what comes after them is ignored, and the connection is closed with the code
 * that belongs to them.
 */
public interface Client {

    /**
     * Sends a message, as far as the client's way in has words for it.
     *
     * @param message the message
     */
    void tell(ServerMessage message);

    /**
     * Stops or resumes reading what the client sends. Bytes that were read already may still come.
     *
     * @param paused whether to stop
     */
    void pauseMedia(boolean paused);
}
