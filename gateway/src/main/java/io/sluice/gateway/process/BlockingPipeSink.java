package io.sluice.gateway.process;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;

/**
 * A non-blocking sink for a blocking stream: accepts one chunk, copies it, and is writable again when a pool thread has
 * written it. The chunk replaces the kernel's pipe buffer and has the same size.
 */
final class BlockingPipeSink implements PipeSink {

    private static final Logger LOG = LoggerFactory.getLogger(BlockingPipeSink.class);
    private static final int CHUNK_BYTES = 64 * 1_024;

    private final OutputStream stream;
    private final Scheduler writers;
    private @Nullable EventLoop eventLoop;
    private Runnable onWritable = () -> {};
    private Runnable onBroken = () -> {};
    private boolean writing;
    private boolean closed;

    BlockingPipeSink(OutputStream stream, Scheduler writers) {
        this.stream = stream;
        this.writers = writers;
    }

    @Override
    public void listen(Runnable onWritable, Runnable onBroken) {
        this.onWritable = onWritable;
        this.onBroken = onBroken;
    }

    void attach(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
        onWritable.run();
    }

    @Override
    public boolean write(ByteBuf buffer) throws IOException {
        if (!buffer.isReadable()) {
            return true;
        }
        if (eventLoop == null || writing) {
            return false;
        }
        byte[] chunk = new byte[Math.min(buffer.readableBytes(), CHUNK_BYTES)];
        buffer.readBytes(chunk);
        writing = true;
        EventLoop loop = eventLoop;
        onPool(() -> {
            boolean broken = !writeBlocking(chunk);
            loop.execute(() -> written(broken));
        });
        return !buffer.isReadable();
    }

    private boolean writeBlocking(byte[] chunk) {
        try {
            stream.write(chunk);
            stream.flush();
            return true;
        } catch (IOException e) {
            LOG.debug("A child closed its standard input", e);
            return false;
        }
    }

    private void written(boolean broken) {
        writing = false;
        if (closed) {
            closeOnPool();
        } else if (broken) {
            onBroken.run();
        } else {
            onWritable.run();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            // During a write, closing would block until the write is done; written() closes instead.
            if (!writing) {
                closeOnPool();
            }
        }
    }

    private void closeOnPool() {
        try {
            onPool(this::closeBlocking);
        } catch (IOException e) {
            LOG.debug("Cannot close a child's standard input; leaving it to the garbage collector", e);
        }
    }

    private void closeBlocking() {
        try {
            stream.close();
        } catch (IOException e) {
            LOG.debug("close() of a child's standard input failed", e);
        }
    }

    private void onPool(Runnable task) throws IOException {
        try {
            writers.schedule(task);
        } catch (RejectedExecutionException e) {
            throw new IOException("cannot write to a child: the launcher was disposed", e);
        }
    }
}
