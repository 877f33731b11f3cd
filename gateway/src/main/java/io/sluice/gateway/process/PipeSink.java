package io.sluice.gateway.process;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** The writable end of a child's standard input. Confined to the child's event loop; never blocks it. */
interface PipeSink {

    /**
     * Sets the callbacks. {@code onWritable} may be called more often than needed.
     *
     * @param onWritable the pipe may have room again
     * @param onBroken the child has closed its end or died; nothing more can be written
     */
    void listen(Runnable onWritable, Runnable onBroken);

    /**
     * Writes as many bytes as the pipe has room for and advances the reader index past them. The caller keeps ownership
     * of the buffer.
     *
     * @return whether everything was written; if not, {@code onWritable} is called when there is room again
     * @throws IOException if the pipe is broken
     */
    boolean write(ByteBuf buffer) throws IOException;

    /** Ends the child's input. Idempotent. */
    void close();
}
