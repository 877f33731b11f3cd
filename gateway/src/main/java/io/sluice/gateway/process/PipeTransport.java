package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.io.IOException;

/** Connects a child's three standard streams to an event loop. */
interface PipeTransport {

    /**
     * Starts a process. Blocks; called on the launcher's scheduler.
     *
     * @throws IOException if the process cannot be started; no descriptors stay open
     */
    Started start(ProcessBuilder builder) throws IOException;

    /** A running process with pipes that is not attached to an event loop yet. */
    interface Started {

        Process process();

        PipeSink stdin();

        LineSource stdout();

        LineSource stderr();

        /** Starts delivering events. Called on the event loop, after all listeners are set. */
        void attach(EventLoop eventLoop);
    }
}
