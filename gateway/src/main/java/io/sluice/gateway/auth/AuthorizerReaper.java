package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.threads.BlockingPool;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Disposes of replaced authorizers when no client can be using them any more: a client that connected before the
 * replacement can still send {@code open} and wait for the answer. Thread-safe; disposes on a thread of its own.
 */
public final class AuthorizerReaper {

    /** Covers the time between a connection and its session. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    /** An authorizer that blocks nonetheless blocks nothing else. */
    private final Scheduler threads = BlockingPool.newThreads("sluice-authorizer-disposal");

    private final IdentityHashMap<Authorizer, Disposable> timers = new IdentityHashMap<>();

    /**
     * Schedules the disposal of a replaced authorizer.
     *
     * @param authorizer the authorizer that new connections no longer use
     * @param longestWait how long a connected client can take until it has its answer
     */
    public synchronized void retire(Authorizer authorizer, Duration longestWait) {
        Duration rest = longestWait.plus(MARGIN);
        timers.put(
                authorizer,
                Schedulers.parallel()
                        .schedule(
                                () -> threads.schedule(() -> dispose(authorizer)),
                                rest.toMillis(),
                                TimeUnit.MILLISECONDS));
    }

    /**
     * Cancels the disposal of an authorizer that is in use again; does nothing if none is scheduled.
     *
     * @param authorizer the authorizer
     */
    public synchronized void recall(Authorizer authorizer) {
        Disposable timer = timers.remove(authorizer);
        if (timer != null) {
            timer.dispose();
        }
    }

    private void dispose(Authorizer authorizer) {
        if (forget(authorizer)) {
            authorizer.dispose();
        }
    }

    private synchronized boolean forget(Authorizer authorizer) {
        return timers.remove(authorizer) != null;
    }

    /** Disposes of all scheduled authorizers now, when no client is left. Takes as long as they do. */
    public void disposeAll() {
        forgetAll().forEach(Authorizer::dispose);
    }

    private synchronized List<Authorizer> forgetAll() {
        List<Authorizer> all = List.copyOf(timers.keySet());
        timers.values().forEach(Disposable::dispose);
        timers.clear();
        return all;
    }
}
