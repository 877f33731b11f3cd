package io.sluice.gateway.delivery;

import io.sluice.protocol.Failure;
import java.time.Duration;

/** What follows when a run of an output has ended while its stream goes on. */
public sealed interface RestartDecision {

    /** Where the next run begins. */
    enum From {
        /** At the group at which this run was. */
        SAME_GROUP,
        /** At the group after it, because that one ended two runs. */
        NEXT_GROUP
    }

    /**
     * Start the next run.
     *
     * @param pause how long to wait before; may be zero
     * @param from where it begins
     */
    record Restart(Duration pause, From from) implements RestartDecision {}

    /**
     * Start the next run when the output's server is back.
     *
     * @param pause the least time to wait before; may be zero. The most is {@link RestartPolicy#deadlineNanos}
     */
    record AwaitReceiver(Duration pause) implements RestartDecision {}

    /**
     * The output does not come back.
     *
     * @param failure why; says itself whether the same stream can be tried again
     */
    record Fail(Failure failure) implements RestartDecision {}

    /**
     * The stream's media is at fault, so all of its outputs end.
     *
     * @param failure why
     */
    record EndStream(Failure failure) implements RestartDecision {}
}
