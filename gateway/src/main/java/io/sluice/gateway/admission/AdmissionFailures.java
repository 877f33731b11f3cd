package io.sluice.gateway.admission;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Refusals for lack of capacity, with the time after which to try again. */
final class AdmissionFailures {

    /** A guess: it is unknown when a stream will end. */
    private static final Duration RETRY_WHEN_FULL = Duration.ofSeconds(10);

    private static final Duration MIN_WAIT = Duration.ofSeconds(1);
    private static final int MILLIS = 1_000;

    private AdmissionFailures() {}

    static Failure tooManyStreams(int max) {
        return new Failure(
                FailureCode.TOO_MANY_REQUESTS,
                "Your address already has the maximum of " + max + " streams. End one first.",
                randomized(RETRY_WHEN_FULL));
    }

    static Failure tooManyStarts(String origin, int perSecond, long earlyNanos) {
        Duration wait = atLeastMinWait(earlyNanos);
        return new Failure(
                FailureCode.TOO_MANY_REQUESTS,
                "Too many streams were started " + origin + ": " + perSecond
                        + " per second are allowed, in bursts of up to " + perSecond * AdmissionLimits.BURST_SECONDS
                        + ". Try again in " + (wait.toMillis() + MILLIS - 1) / MILLIS + " s.",
                wait);
    }

    static Failure startRateExceeded(long earlyNanos) {
        return new Failure(
                FailureCode.GATEWAY_FULL,
                "Too many streams are starting on this gateway. Try again in a moment.",
                randomized(atLeastMinWait(earlyNanos)));
    }

    static Failure full(int max) {
        return new Failure(
                FailureCode.GATEWAY_FULL,
                "The gateway has its maximum of " + max + " streams. Try again later.",
                randomized(RETRY_WHEN_FULL));
    }

    static Failure insufficient(String shortage) {
        return new Failure(
                FailureCode.GATEWAY_FULL,
                "The gateway's host cannot run another stream: " + shortage + ". Try again later.",
                randomized(RETRY_WHEN_FULL));
    }

    private static Duration atLeastMinWait(long nanos) {
        Duration wait = Duration.ofNanos(nanos);
        return wait.compareTo(MIN_WAIT) < 0 ? MIN_WAIT : wait;
    }

    /**
     * Clients that are refused at the same time must not all retry at the same time: between one and two times the
     * minimum.
     */
    private static Duration randomized(Duration min) {
        return min.plusMillis(ThreadLocalRandom.current().nextLong(min.toMillis()));
    }
}
