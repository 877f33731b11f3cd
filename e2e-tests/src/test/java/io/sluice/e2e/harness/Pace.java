package io.sluice.e2e.harness;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** How fast a recording is sent again. */
public enum Pace {
    /** Half as fast as the browser sent it, so that a recording lasts longer than anything that is timed. */
    HALF(0.5),
    /** As the browser sent it. */
    ITS_OWN(1),
    /** Four times as fast. */
    FOURFOLD(4),
    /** As fast as the gateway takes it. */
    FLAT_OUT(Double.POSITIVE_INFINITY);

    private final double factor;

    Pace(double factor) {
        this.factor = factor;
    }

    /** Waits until it is time for what was recorded {@code at}, if sending began at {@code startNanos}. */
    void awaitTimeFor(Duration at, long startNanos) {
        long due = startNanos + (long) (at.toNanos() / factor);
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
