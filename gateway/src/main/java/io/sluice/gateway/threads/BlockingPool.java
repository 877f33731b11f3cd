package io.sluice.gateway.threads;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * A few daemon threads and one bounded queue, for calls of one kind that may block. Idle threads end. Unlike Reactor's
 * bounded elastic scheduler, whose threads have a queue each, no task waits behind one that hangs while another thread
 * is free. Thread-safe.
 */
public final class BlockingPool implements Executor, Disposable {

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ThreadPoolExecutor executor;
    private final Scheduler scheduler;

    /**
     * Creates a pool, without threads at first.
     *
     * @param name the beginning of its threads' names
     * @param threads the maximum of threads, and so of tasks that run at the same time
     * @param waiting the maximum of tasks that wait for a thread; further ones are rejected
     */
    public BlockingPool(String name, int threads, int waiting) {
        executor = new ThreadPoolExecutor(
                threads,
                threads,
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new ArrayBlockingQueue<>(waiting),
                named(name));
        executor.allowCoreThreadTimeOut(true);
        scheduler = new WithDelays(Schedulers.fromExecutorService(executor, name));
    }

    private static ThreadFactory named(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    /**
     * A new daemon thread for each task, for what happens rarely and must not wait for anything.
     *
     * @param name the threads' name
     * @return a scheduler that needs no disposal
     */
    public static Scheduler newThreads(String name) {
        return Schedulers.fromExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        });
    }

    /**
     * Makes a call when subscribed to.
     *
     * @param task the call
     * @param <T> its result
     * @return the result, on a thread of this pool; a {@link RejectedExecutionException} if too many tasks wait
     */
    public <T> Mono<T> call(Callable<? extends T> task) {
        return Mono.<T>fromCallable(task).subscribeOn(scheduler);
    }

    /**
     * Runs a task.
     *
     * @param task the task
     * @throws RejectedExecutionException if too many tasks wait
     */
    @Override
    public void execute(Runnable task) {
        executor.execute(task);
    }

    /**
     * The pool as a scheduler.
     *
     * @return rejects tasks as {@link #execute} does; can delay them, and does not repeat them
     */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** Delays tasks on Reactor's timers, which only pass them on: the pool has no timer of its own. */
    private record WithDelays(Scheduler pool) implements Scheduler {

        @Override
        public Disposable schedule(Runnable task) {
            return pool.schedule(task);
        }

        @Override
        public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
            return Schedulers.parallel().schedule(() -> pool.schedule(task), delay, unit);
        }

        @Override
        public Worker createWorker() {
            return pool.createWorker();
        }

        @Override
        public void dispose() {
            pool.dispose();
        }

        @Override
        public boolean isDisposed() {
            return pool.isDisposed();
        }
    }

    /** Interrupts running tasks and drops waiting ones. Does not wait. */
    @Override
    public void dispose() {
        scheduler.dispose();
        executor.shutdownNow();
    }
}
