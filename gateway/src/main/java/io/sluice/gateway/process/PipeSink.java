package io.sluice.gateway.process;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** The end of a pipe that a child reads as its standard input. Confined to the child's event loop; never blocks it. */
interface PipeSink {

    /**
     * Says what happens at the other end. {@code onWritable} may come more often than needed.
     *
     * @param onWritable there may be room again
     * @param onBroken the child has closed its end, or died; nothing more will be taken
     */
    void listen(Runnable onWritable, Runnable onBroken);

    /**
     * Takes as many bytes as there is room for now and moves the reader index past them. The buffer stays the caller's.
     *
     * @return whether all of it was taken; if not, {@code onWritable} tells when there is room again
     * @throws IOException if the pipe is broken
     */
    boolean write(ByteBuf buffer) throws IOException;

    /** Ends the child's input. Does nothing the second time. */
    void close();
}
