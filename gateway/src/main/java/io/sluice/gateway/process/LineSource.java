package io.sluice.gateway.process;

/** The readable end of a child's standard output or error. Confined to the child's event loop. */
interface LineSource {

    /**
     * Starts reading.
     *
     * @param lines receives the bytes
     * @param onClosed called once, when the child has closed its end and everything was read, or on {@link #close()}
     */
    void listen(MeteredLines lines, Runnable onClosed);

    /** Stops reading and discards unread bytes. Idempotent. */
    void close();
}
