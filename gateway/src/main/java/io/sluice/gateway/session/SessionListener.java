package io.sluice.gateway.session;

/**
 * Receives every stream's events, on the stream's event loop: must not block. What it throws is logged and goes no
 * further.
 */
@FunctionalInterface
public interface SessionListener {

    /**
     * Called for each event, in order per session.
     *
     * @param event what happened
     */
    void on(SessionEvent event);
}
