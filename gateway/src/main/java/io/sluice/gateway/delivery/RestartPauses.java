package io.sluice.gateway.delivery;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** The pauses before the restarts of an output: none before the first, then longer and longer. Not thread-safe. */
final class RestartPauses {

    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(8);

    /** More doublings than reach the longest. */
    private static final int MAX_DOUBLINGS = 10;

    private final RandomGenerator random;
    private int restarts;

    RestartPauses(RandomGenerator random) {
        this.random = random;
    }

    void reset() {
        restarts = 0;
    }

    /** The next pause is not zero. */
    void skipZero() {
        restarts = Math.max(1, restarts);
    }

    /** None, then half to all of half a second, of one second and so on up to eight. */
    Duration next() {
        int n = restarts++;
        if (n == 0) {
            return Duration.ZERO;
        }
        Duration wanted = FIRST.multipliedBy(1L << Math.min(n - 1, MAX_DOUBLINGS));
        long most = Math.min(wanted.toNanos(), LONGEST.toNanos());
        return Duration.ofNanos(most / 2 + Math.round(most / 2.0 * random.nextDouble()));
    }

    /** A pause that is long enough for a start after it to be within the bound of starts. */
    Duration spaced(Duration pause, RecentEvents starts, long now) {
        Duration room = starts.untilRoom(now);
        return pause.compareTo(room) >= 0 ? pause : room;
    }
}
