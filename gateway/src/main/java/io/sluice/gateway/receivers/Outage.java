package io.sluice.gateway.receivers;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.MonoSink;

/** A server that is away, or has just come back, and who waits for it. Guarded by {@link Receivers}. */
final class Outage {

    private static final long FIRST_PAUSE_MS = 250;

    /** With the jitter this is at most two seconds. */
    private static final long LAST_PAUSE_MS = 1_660;

    private static final double JITTER = 0.2;

    private static final Duration MAX_SPREAD = Duration.ofSeconds(2);
    private static final Duration SPREAD_OF_ONE = Duration.ofMillis(10);

    private final long sinceNanos;
    private final Set<Waiting> waiting = new LinkedHashSet<>();
    /** The next probe, or the one that is under way. */
    private final Disposable.Swap probe = Disposables.swap();

    private int failedProbes;
    private boolean over;

    Outage(long sinceNanos) {
        this.sinceNanos = sinceNanos;
    }

    /** Somebody who waits for the server. */
    static final class Waiting {

        private final MonoSink<Void> sink;
        private final Disposable.Swap turn = Disposables.swap();

        Waiting(MonoSink<Void> sink) {
            this.sink = sink;
        }

        void release() {
            sink.success();
        }

        /** When the server is back: what ends the wait a little later. */
        Disposable.Swap turn() {
            return turn;
        }
    }

    long sinceNanos() {
        return sinceNanos;
    }

    Set<Waiting> waiting() {
        return waiting;
    }

    Disposable.Swap probe() {
        return probe;
    }

    /** Whether the server is back, and who waits has been given a turn. */
    boolean isOver() {
        return over;
    }

    int failedProbes() {
        return failedProbes;
    }

    void probeFailed() {
        failedProbes++;
    }

    void end() {
        over = true;
        probe.update(Disposables.disposed());
    }

    /** The server is away again; nobody has his turn any more. */
    void begin() {
        over = false;
        failedProbes = 0;
        waiting.forEach(one -> one.turn().update(Disposables.disposed()));
    }

    void dispose() {
        probe.dispose();
        waiting.forEach(one -> one.turn().dispose());
        waiting.clear();
    }

    /** How long to wait before the next probe, in milliseconds. */
    long pauseMs(RandomGenerator random) {
        long pause = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS << Math.min(failedProbes, 10));
        return Math.round(pause * (1 - JITTER + 2 * JITTER * random.nextDouble()));
    }

    /** Over which time the runs that wait are started. */
    Duration spread() {
        Duration wanted = SPREAD_OF_ONE.multipliedBy(waiting.size());
        return wanted.compareTo(MAX_SPREAD) < 0 ? wanted : MAX_SPREAD;
    }
}
