package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/** Reads a child's output without a thread per child: a shared thread polls every few milliseconds. */
final class PolledLineSource implements LineSource {

    private static final int POLL_MILLIS = 20;
    private static final int READ_BYTES = 8 * 1_024;

    /** After a child's death the JDK drains its output into a buffer; two empty polls ensure that this is done. */
    private static final int EMPTY_POLLS_AFTER_DEATH = 2;

    private final Process process;
    private final InputStream stream;
    private final Scheduler poller;
    private final Disposable.Swap polling = Disposables.swap();
    private @Nullable MeteredLines lines;
    private Runnable onClosed = () -> {};
    private volatile boolean closed;
    private int emptyPolls;

    PolledLineSource(Process process, InputStream stream, Scheduler poller) {
        this.process = process;
        this.stream = stream;
        this.poller = poller;
    }

    @Override
    public void listen(MeteredLines lines, Runnable onClosed) {
        this.lines = lines;
        this.onClosed = onClosed;
    }

    void attach(EventLoop eventLoop) {
        polling.update(poller.schedulePeriodically(() -> poll(eventLoop), 0, POLL_MILLIS, TimeUnit.MILLISECONDS));
    }

    /** Runs on the polling thread. */
    private void poll(EventLoop eventLoop) {
        if (closed) {
            // Not in close(): removing a task from the poller's queue waits for the queue's lock, and close() runs on
            // the event loop.
            polling.dispose();
            return;
        }
        boolean alive = process.isAlive();
        byte[] read = readAvailable();
        if (read.length > 0) {
            emptyPolls = 0;
            eventLoop.execute(() -> accept(read));
        } else if (!alive && ++emptyPolls == EMPTY_POLLS_AFTER_DEATH) {
            eventLoop.execute(this::close);
        }
    }

    private byte[] readAvailable() {
        try {
            return stream.readNBytes(Math.min(stream.available(), READ_BYTES));
        } catch (IOException e) {
            // The JDK closes the stream concurrently when the child dies; polling ends soon after.
            return new byte[0];
        }
    }

    private void accept(byte[] read) {
        if (!closed && lines != null) {
            lines.accept(ByteBuffer.wrap(read));
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (lines != null) {
            lines.finish();
        }
        onClosed.run();
    }
}
