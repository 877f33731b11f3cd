package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorizer;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.scheduler.Schedulers;

/**
 * Authorizers that were replaced, each until nobody can ask it any more: a client that was connected before may still send its
 * {@code open}, and then waits for the answer. Thread-safe.
 */
public final class AuthorizerReaper {

    /** For what lies between a connection and its session. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final IdentityHashMap<Authorizer, Disposable> timers = new IdentityHashMap<>();

    /** Disposes of an authorizer when the last client that may ask it has its answer. */
    public synchronized void retire(Authorizer authorizer, Duration longestWait) {
        Duration rest = longestWait.plus(MARGIN);
        timers.put(
                authorizer,
                Schedulers.parallel().schedule(() -> dispose(authorizer), rest.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** It is needed after all. */
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

    /** Nobody asks any of them. */
    public synchronized void disposeAll() {
        timers.forEach((authorizer, timer) -> {
            timer.dispose();
            authorizer.dispose();
        });
        timers.clear();
    }
}
