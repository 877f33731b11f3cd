package io.sluice.gateway.process;

/** The end of a pipe that a child writes its standard output or error to. Confined to the child's event loop. */
interface LineSource {

    /**
     * Starts reading.
     *
     * @param splitter takes the bytes
     * @param onClosed the child has closed its end, and everything before was read; called once, also after {@link #close()}
     */
    void listen(LineSplitter splitter, Runnable onClosed);

    /** Stops reading and forgets what was not read. Does nothing the second time. */
    void close();
}
