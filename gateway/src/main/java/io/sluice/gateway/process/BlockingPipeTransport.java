package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The fallback where an event loop cannot watch pipes: the JDK's streams, written by a bounded pool and read by one polling thread.
 *
 * <p>A child occupies at most one writing thread, and only while a write is under way. No more children are started than there can be
 * threads, so a child that does not read never keeps another one from being written to. Reading takes no thread per child: what
 * {@code available()} promises can be read without waiting.
 */
final class BlockingPipeTransport implements PipeTransport, Disposable {

    private static final int THREAD_IDLE_SECONDS = 10;

    private final int maxChildren;
    private final AtomicInteger children = new AtomicInteger();
    private final Scheduler writers;
    private final Scheduler poller;

    BlockingPipeTransport(int maxChildren) {
        this.maxChildren = maxChildren;
        this.writers = Schedulers.newBoundedElastic(
                maxChildren, maxChildren, "sluice-process-writer", THREAD_IDLE_SECONDS, true);
        // Elastic although it is one thread: reading a pipe counts as blocking, even when it is known to hold bytes.
        this.poller = Schedulers.newBoundedElastic(
                1, Schedulers.DEFAULT_BOUNDED_ELASTIC_QUEUESIZE, "sluice-process-poller", THREAD_IDLE_SECONDS, true);
    }

    @Override
    public Started start(ProcessBuilder builder) throws IOException {
        if (children.incrementAndGet() > maxChildren) {
            children.decrementAndGet();
            throw new IOException("the blocking fallback runs at most " + maxChildren + " processes at a time");
        }
        try {
            Process process = builder.start();
            process.onExit().whenComplete((exited, never) -> children.decrementAndGet());
            return new BlockingChild(
                    process,
                    new BlockingPipeSink(process.getOutputStream(), writers),
                    new PolledLineSource(process, process.getInputStream(), poller),
                    new PolledLineSource(process, process.getErrorStream(), poller));
        } catch (IOException e) {
            children.decrementAndGet();
            throw e;
        }
    }

    @Override
    public void dispose() {
        writers.dispose();
        poller.dispose();
    }

    private record BlockingChild(
            Process process, BlockingPipeSink stdin, PolledLineSource stdout, PolledLineSource stderr)
            implements Started {

        @Override
        public void attach(EventLoop eventLoop) {
            stdin.attach(eventLoop);
            stdout.attach(eventLoop);
            stderr.attach(eventLoop);
        }
    }
}
