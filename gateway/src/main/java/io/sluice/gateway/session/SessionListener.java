package io.sluice.gateway.session;

/**
 * Hears of every stream's events, on the stream's event loop: must not block. What it throws is logged and goes no
 * further.
 */
@FunctionalInterface
public interface SessionListener {

    /**
     * Something happened.
     *
     * @param event what
     */
    void on(SessionEvent event);
}
