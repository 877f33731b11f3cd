package io.sluice.gateway.delivery;

import io.sluice.gateway.ffmpeg.run.RunEnd;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Decides for one output of one stream what follows when a run of FFmpeg has ended. It has no timers: the caller waits
 * as it says. Not thread-safe: confined to the stream's event loop.
 */
public final class RestartPolicy {

    /** The group of a run that is not known. */
    public static final long UNKNOWN_GROUP = -1;

    private final LongSupplier nanoClock;
    private Failure lastFailure = new Failure(FailureCode.OUTPUT_FAILED, "The output is away.");

    /**
     * Creates a policy for an output that was not started yet.
     *
     * @param output names the output in messages, without secrets, such as {@code rtmp://host/live}
     * @param patience how long the output may be away before it fails; zero to fail when it first is
     * @param nanoClock the time in nanoseconds, such as {@link System#nanoTime}
     * @param random spreads pauses
     */
    public RestartPolicy(String output, Duration patience, LongSupplier nanoClock, RandomGenerator random) {
        this.nanoClock = nanoClock;
    }

    /** A run is being started now. */
    public void started() {}

    /** The present run has delivered its first media to the output, now. Further calls for a run change nothing. */
    public void live() {}

    /**
     * The present run has ended by itself while media was still expected.
     *
     * @param end why
     * @param failure the diagnosis, for humans
     * @param group the position of the group at which the run was, so where the next one would begin;
     *     {@link #UNKNOWN_GROUP} if unknown
     * @return what follows
     */
    public RestartDecision ended(RunEnd end, Failure failure, long group) {
        lastFailure = failure;
        return new RestartDecision.Fail(failure);
    }

    /**
     * The present run was killed by the gateway, because its standard input took nothing for too long.
     *
     * @param time how long it took nothing
     * @return what follows
     */
    public RestartDecision stalled(Duration time) {
        return new RestartDecision.AwaitReceiver(Duration.ZERO);
    }

    /**
     * When the output has to be given up with {@link #patienceOver}, unless it went live before. Never earlier than it
     * was said before, until then.
     *
     * @return a time of the clock; empty unless the last decision was to restart after the output was lost
     */
    public OptionalLong deadlineNanos() {
        return OptionalLong.of(nanoClock.getAsLong());
    }

    /**
     * The output was away until its deadline.
     *
     * @return why it fails, with the last failure's words
     */
    public RestartDecision.Fail patienceOver() {
        return new RestartDecision.Fail(lastFailure);
    }
}
