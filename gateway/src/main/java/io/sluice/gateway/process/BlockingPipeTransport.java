package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The fallback for event loops that cannot watch pipes: JDK streams, written by a bounded thread pool and read by one
 * polling thread.
 *
 * <p>A child uses at most one writer thread, and only during a write. There are never more children than writer
 * threads, so a child that does not read cannot block writes to others. Reading needs no thread per child: what
 * {@code available()} reports can be read without blocking.
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
        // Elastic although it is one thread: reading a pipe counts as blocking, even if bytes are available.
        this.poller = Schedulers.newBoundedElastic(
                1, Schedulers.DEFAULT_BOUNDED_ELASTIC_QUEUESIZE, "sluice-process-poller", THREAD_IDLE_SECONDS, true);
    }

    @Override
    public Started start(ProcessBuilder builder) throws IOException {
        if (children.incrementAndGet() > maxChildren) {
            children.decrementAndGet();
            throw new IOException("the blocking fallback runs at most " + maxChildren + " concurrent processes");
        }
        try {
            Process process = builder.start();
            process.onExit().whenComplete((exited, error) -> children.decrementAndGet());
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
