package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.io.IOException;

/** How the three standard streams of a child are connected to an event loop. */
interface PipeTransport {

    /**
     * Starts the process. Blocks; runs on the launcher's scheduler.
     *
     * @throws IOException if the process cannot be started; nothing is left open then
     */
    Started start(ProcessBuilder builder) throws IOException;

    /** A process that runs and has pipes, but no event loop yet. */
    interface Started {

        Process process();

        PipeSink stdin();

        LineSource stdout();

        LineSource stderr();

        /** Begins to deliver events, on the event loop. Called on it, after everybody listens. */
        void attach(EventLoop eventLoop);
    }
}
