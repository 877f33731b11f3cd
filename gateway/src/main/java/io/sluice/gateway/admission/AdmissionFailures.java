package io.sluice.gateway.admission;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Why there is no room, and when to try again. */
final class AdmissionFailures {

    /** Nobody knows when a stream will end. */
    private static final Duration UNTIL_ANOTHER_ENDS = Duration.ofSeconds(10);

    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final int MILLIS = 1_000;

    private AdmissionFailures() {}

    static Failure tooManyStreams(int most) {
        return new Failure(
                FailureCode.TOO_MANY_REQUESTS,
                "There are " + most
                        + " streams from your address already, which is as many as there may be: end one first.",
                spread(UNTIL_ANOTHER_ENDS));
    }

    static Failure tooManyStarts(String whose, int perSecond, long earlyNanos) {
        Duration wait = longer(earlyNanos);
        return new Failure(
                FailureCode.TOO_MANY_REQUESTS,
                "Too many streams were begun by " + whose + ": " + perSecond + " a second are allowed, and "
                        + AdmissionLimits.BURST_SECONDS + " seconds' worth at once: try again in "
                        + (wait.toMillis() + MILLIS - 1) / MILLIS + " s.",
                wait);
    }

    static Failure tooManyAtOnce(long earlyNanos) {
        return new Failure(
                FailureCode.GATEWAY_FULL,
                "More streams begin just now than the gateway takes at once: try again in a moment.",
                spread(longer(earlyNanos)));
    }

    static Failure full(int most) {
        return new Failure(
                FailureCode.GATEWAY_FULL,
                "The gateway carries " + most + " streams, which is as many as it may: try again later.",
                spread(UNTIL_ANOTHER_ENDS));
    }

    static Failure lacking(String what) {
        return new Failure(
                FailureCode.GATEWAY_FULL,
                "The gateway's machine cannot carry another stream, for lack of " + what + ": try again later.",
                spread(UNTIL_ANOTHER_ENDS));
    }

    private static Duration longer(long nanos) {
        Duration wait = Duration.ofNanos(nanos);
        return wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
    }

    /** Those who are told the same at once shall not come back at once: from as long as given to twice that. */
    private static Duration spread(Duration least) {
        return least.plusMillis(ThreadLocalRandom.current().nextLong(least.toMillis()));
    }
}
