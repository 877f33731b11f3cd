package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Starts child processes for event loops.
 *
 * <p>Starting a process blocks the caller, usually for 1.5 ms and for tens of milliseconds once thousands of
 * descriptors are open. It runs on a few threads of this launcher, in the order of the calls, so that a burst of starts
 * delays only starts.
 *
 * <p>A new child uses CPU time before it does any work, and so does the work that its start causes on the event loop.
 * Therefore these threads pause after each start, for a multiple of the start's duration. An idle host can start a
 * hundred children per processor and second; a busy one, where starts take longer, starts fewer, which leaves the CPU
 * to running streams.
 *
 * <p>Thread-safe. One launcher serves all event loops of a program.
 */
public final class ProcessLauncher implements Disposable {

    static final int START_THREADS = Runtime.getRuntime().availableProcessors();

    /**
     * Ratio of a pause to the preceding start: 200 starts take four seconds on two processors, and hardly affect 50
     * live streams.
     */
    static final int PAUSE_FACTOR = 4;

    /** Bounds the delay of a burst's last start if starts take very long. */
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

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
     * A launcher that uses the event loop's own epoll instance where possible.
     *
     * @param maxPendingStarts maximum number of launches that wait per starter thread; further ones fail
     * @return a new launcher
     */
    public static ProcessLauncher create(int maxPendingStarts) {
        return new ProcessLauncher(maxPendingStarts, false);
    }

    /**
     * A launcher that always uses the blocking fallback, for tests and comparison.
     *
     * @param maxPendingStarts maximum number of launches that wait per starter thread; further ones fail
     * @return a new launcher
     */
    public static ProcessLauncher blocking(int maxPendingStarts) {
        return new ProcessLauncher(maxPendingStarts, true);
    }

    /**
     * Starts a process on subscription.
     *
     * <p>Errors: {@link IOException} if the program cannot be started (the message has the reason and the program, but
     * no arguments) or if too many launches are pending. If the subscription is cancelled before the child runs, a
     * child that starts nevertheless is killed.
     *
     * @param spec supplies what to run; called on a starter thread, may block
     * @param eventLoop the child's event loop
     * @param output receives the child's lines, on the event loop
     * @return the running child, signalled on the event loop
     */
    public Mono<ChildProcess> launch(Callable<ProcessSpec> spec, EventLoop eventLoop, ProcessOutput output) {
        return Mono.create(sink -> {
            Launch launch = new Launch(spec, eventLoop, output, sink);
            sink.onCancel(launch::cancel);
            try {
                starts.schedule(launch::startAndPause);
            } catch (RejectedExecutionException e) {
                sink.error(new IOException("too many processes are waiting to start", e));
            }
        });
    }

    /** Stops starting processes. Running children continue; on the fallback, their input can no longer be written. */
    @Override
    public void dispose() {
        starts.dispose();
        fallback.dispose();
    }

    private PipeTransport transportFor(EventLoop eventLoop) {
        return !preferFallback && EpollPipeTransport.supports(eventLoop) ? epoll : fallback;
    }

    private final class Launch {

        private final Callable<ProcessSpec> spec;
        private final EventLoop eventLoop;
        private final ProcessOutput output;
        private final MonoSink<ChildProcess> sink;
        private volatile boolean cancelled;

        Launch(Callable<ProcessSpec> spec, EventLoop eventLoop, ProcessOutput output, MonoSink<ChildProcess> sink) {
            this.spec = spec;
            this.eventLoop = eventLoop;
            this.output = output;
            this.sink = sink;
        }

        void cancel() {
            cancelled = true;
        }

        /** Blocks; runs on a starter thread. */
        void startAndPause() {
            if (cancelled) {
                return;
            }
            long startedAt = System.nanoTime();
            start();
            long tookNanos = System.nanoTime() - startedAt;
            try {
                TimeUnit.NANOSECONDS.sleep(Math.min(tookNanos * PAUSE_FACTOR, MAX_PAUSE_NANOS));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the launcher was disposed
            }
        }

        private void start() {
            try {
                ProcessSpec process = spec.call();
                ProcessBuilder builder = new ProcessBuilder(process.command())
                        .directory(process.directory().toFile());
                builder.environment().clear();
                builder.environment().putAll(process.environment());
                PipeTransport.Started started = transportFor(eventLoop).start(builder);
                attach(started);
            } catch (Exception e) {
                eventLoop.execute(() -> sink.error(e));
            }
        }

        private void attach(PipeTransport.Started started) {
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
                // The event loop has shut down, so nothing can own the child.
                started.process().destroyForcibly();
                sink.error(e);
            }
        }
    }
}
