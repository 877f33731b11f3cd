package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Starts child processes for event loops.
 *
 * <p>Starting a process blocks its caller, for 1.5 ms as a rule and for tens of milliseconds once thousands of descriptors are open; it
 * runs on a few threads of this launcher, in the order of the calls, so that a burst of starts delays the starts and nobody else.
 *
 * <p>A new child takes processor time of its own before it is of use, and so does what its start sets off on the event loop. So these
 * threads rest after each start, for a multiple of what it took: on an idle machine a hundred children a processor can start in a
 * second, and on a busy one, where a start takes longer, fewer, which leaves the processors to those that run.
 *
 * <p>Thread-safe. One launcher serves all event loops of a program.
 */
public final class ProcessLauncher implements Disposable {

    static final int START_THREADS = Runtime.getRuntime().availableProcessors();

    /** What a rest is to the start before it: 200 starts take four seconds on two processors, and 50 live streams hardly notice them. */
    static final int REST_FACTOR = 4;

    /** Bounds the wait of the last of a burst where a start takes very long. */
    private static final long MAX_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int THREAD_IDLE_SECONDS = 30;
    private static final int MAX_FALLBACK_CHILDREN = 1_024;

    private final Scheduler starts;
    private final PipeTransport epoll = new EpollPipeTransport();
    private final BlockingPipeTransport fallback = new BlockingPipeTransport(MAX_FALLBACK_CHILDREN);
    private final boolean preferFallback;

    private ProcessLauncher(int maxPendingStarts, boolean preferFallback) {
        this.starts = Schedulers.newBoundedElastic(
                START_THREADS, maxPendingStarts, "sluice-process-start", THREAD_IDLE_SECONDS, true);
        this.preferFallback = preferFallback;
    }

    /**
     * A launcher that takes the event loop's own epoll where it can.
     *
     * @param maxPendingStarts how many launches may wait for their turn on each starting thread; one more fails
     * @return a new launcher
     */
    public static ProcessLauncher create(int maxPendingStarts) {
        return new ProcessLauncher(maxPendingStarts, false);
    }

    /**
     * A launcher that always takes the blocking fallback, for comparison and for tests of it.
     *
     * @param maxPendingStarts how many launches may wait for their turn on each starting thread; one more fails
     * @return a new launcher
     */
    public static ProcessLauncher blocking(int maxPendingStarts) {
        return new ProcessLauncher(maxPendingStarts, true);
    }

    /**
     * Starts a process when subscribed to.
     *
     * <p>Errors: {@link IOException} if the program cannot be started (the message names why, and the program, but no argument), or if too
     * many launches are pending. When the subscription is cancelled before the child is there, a child that starts nonetheless is killed.
     *
     * @param spec asked what to run, on a starting thread
     * @param eventLoop where the child will live
     * @param output takes the child's lines, on the event loop
     * @return the running child, signalled on the event loop
     */
    public Mono<ChildProcess> launch(Supplier<ProcessSpec> spec, EventLoop eventLoop, ProcessOutput output) {
        return Mono.create(sink -> {
            Launch launch = new Launch(spec, eventLoop, output, sink);
            sink.onCancel(launch::cancel);
            try {
                starts.schedule(launch::startAndRest);
            } catch (RejectedExecutionException e) {
                sink.error(new IOException("too many processes are waiting to be started", e));
            }
        });
    }

    /** Stops starting. Children that run go on; on the fallback, they can no longer be written to. */
    @Override
    public void dispose() {
        starts.dispose();
        fallback.dispose();
    }

    private PipeTransport plumbingFor(EventLoop eventLoop) {
        return !preferFallback && EpollPipeTransport.serves(eventLoop) ? epoll : fallback;
    }

    private final class Launch {

        private final Supplier<ProcessSpec> spec;
        private final EventLoop eventLoop;
        private final ProcessOutput output;
        private final MonoSink<ChildProcess> sink;
        private volatile boolean cancelled;

        Launch(Supplier<ProcessSpec> spec, EventLoop eventLoop, ProcessOutput output, MonoSink<ChildProcess> sink) {
            this.spec = spec;
            this.eventLoop = eventLoop;
            this.output = output;
            this.sink = sink;
        }

        void cancel() {
            cancelled = true;
        }

        /** Blocks; runs on a starting thread. */
        void startAndRest() {
            if (cancelled) {
                return;
            }
            long began = System.nanoTime();
            start();
            long tookNanos = System.nanoTime() - began;
            try {
                TimeUnit.NANOSECONDS.sleep(Math.min(tookNanos * REST_FACTOR, MAX_REST_NANOS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the launcher was disposed of
            }
        }

        private void start() {
            try {
                ProcessSpec what = spec.get();
                ProcessBuilder builder = new ProcessBuilder(what.command())
                        .directory(what.directory().toFile());
                builder.environment().clear();
                builder.environment().putAll(what.environment());
                PipeTransport.Started started = plumbingFor(eventLoop).start(builder);
                handOver(started);
            } catch (IOException | RuntimeException e) {
                eventLoop.execute(() -> sink.error(e));
            }
        }

        private void handOver(PipeTransport.Started started) {
            try {
                eventLoop.execute(() -> {
                    ChildProcess child = ChildProcess.attach(started, eventLoop, output);
                    if (cancelled) {
                        started.process().destroyForcibly();
                    } else {
                        sink.success(child);
                    }
                });
            } catch (RejectedExecutionException e) {
                // The event loop has shut down; nobody is left to own the child.
                started.process().destroyForcibly();
                sink.error(e);
            }
        }
    }
}
