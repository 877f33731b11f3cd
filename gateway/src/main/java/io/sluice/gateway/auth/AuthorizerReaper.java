package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorizer;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * Disposes of replaced authorizers when no client can be using them any more: a client that connected before the
 * replacement can still send {@code open} and wait for the answer. Thread-safe; disposes on a timer thread.
 */
public final class AuthorizerReaper {

    /** Covers the time between a connection and its session. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

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
                Schedulers.parallel().schedule(() -> dispose(authorizer), rest.toMillis(), TimeUnit.MILLISECONDS));
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

    private synchronized void dispose(Authorizer authorizer) {
        if (timers.remove(authorizer) != null) {
            authorizer.dispose();
        }
    }

    /** Disposes of all scheduled authorizers now, when no client is left. */
    public synchronized void disposeAll() {
        timers.forEach((authorizer, timer) -> {
            timer.dispose();
            authorizer.dispose();
        });
        timers.clear();
    }
}
