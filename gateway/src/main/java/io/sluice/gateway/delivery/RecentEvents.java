package io.sluice.gateway.delivery;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** The times of the latest events, at most a bound, to find out whether there were as many within a window. */
final class RecentEvents {

    private final Deque<Long> times = new ArrayDeque<>();
    private final Duration window;
    private final int max;

    RecentEvents(Duration window, int max) {
        this.window = window;
        this.max = max;
    }

    void add(long nanos) {
        if (times.size() == max) {
            times.removeFirst();
        }
        times.addLast(nanos);
    }

    /** Whether there were as many as the bound within the window. */
    boolean isFull(long now) {
        return !untilRoom(now).isZero();
    }

    /** How long to wait until one more is within the bound. */
    Duration untilRoom(long now) {
        if (times.size() < max) {
            return Duration.ZERO;
        }
        long left = times.getFirst() + window.toNanos() - now;
        return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
    }
}
