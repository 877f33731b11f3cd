package io.sluice.e2e.harness;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Several things at once, each on a thread of its own, until the last is done. */
public final class Together {

    private Together() {}

    /**
     * Does all of it.
     *
     * @return the results in the order of the work
     * @throws AssertionError if any of it fails or takes longer than the limit
     */
    public static <T> List<T> doAll(Duration limit, List<Callable<T>> work) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> each : threads.invokeAll(work, limit.toMillis(), TimeUnit.MILLISECONDS)) {
                results.add(each.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (CancellationException e) {
            throw new AssertionError("not done within " + limit, e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Starts something that goes on while the test does something else. */
    public static <T> InBackground<T> start(Callable<T> work) {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        Future<T> future = thread.submit(work);
        thread.shutdown();
        return new InBackground<>(future);
    }

    /** Something that was started. */
    public record InBackground<T>(Future<T> future) {

        public T await(Duration limit) {
            try {
                return future.get(limit.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause());
            } catch (InterruptedException | TimeoutException e) {
                throw new AssertionError("not done within " + limit, e);
            }
        }

        public boolean isDone() {
            return future.isDone();
        }
    }
}
