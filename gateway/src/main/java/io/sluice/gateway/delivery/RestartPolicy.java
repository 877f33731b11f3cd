package io.sluice.gateway.delivery;

import io.sluice.gateway.delivery.RestartDecision.AwaitReceiver;
import io.sluice.gateway.delivery.RestartDecision.EndStream;
import io.sluice.gateway.delivery.RestartDecision.Fail;
import io.sluice.gateway.delivery.RestartDecision.From;
import io.sluice.gateway.delivery.RestartDecision.Restart;
import io.sluice.gateway.ffmpeg.run.RunEnd;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Decides for one output of one stream what follows when a run of FFmpeg has ended. It has no timers: the caller waits
 * as it says. Not thread-safe: confined to the stream's event loop.
 *
 * <p>An outage begins when a run ends, and lasts until a run has been live for ten seconds. Until then its pauses grow,
 * and its patience goes on to run out.
 */
public final class RestartPolicy {

    /** The position of a group that is not known. */
    public static final long UNKNOWN_GROUP = -1;

    private static final Duration WORKED = Duration.ofSeconds(10);
    private static final Duration REJECTION_PATIENCE = Duration.ofSeconds(30);
    private static final Duration SECOND_CHANCE = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofSeconds(60);
    private static final int MAX_DEATHS = 5;
    private static final int MAX_STARTS = 20;

    /** A server can take a stream, close the connection, and never say that it means the key. */
    private static final int MAX_EARLY_ENDS = 3;

    private final String output;
    private final Duration patience;
    private final LongSupplier nanoClock;
    private final RestartPauses pauses;
    private final RecentEvents starts = new RecentEvents(MINUTE, MAX_STARTS);
    private final RecentEvents deaths = new RecentEvents(MINUTE, MAX_DEATHS + 1);
    private final RecentEvents kills = new RecentEvents(MINUTE, 1);

    private OptionalLong liveSince = OptionalLong.empty();
    private boolean everLive;
    private boolean everWorked;

    private OptionalLong outageSince = OptionalLong.empty();
    private OptionalLong rejectedSince = OptionalLong.empty();
    private OptionalLong deadline = OptionalLong.empty();
    private int rejections;
    /** In a row, by a server with which no run has ever worked. */
    private int earlyEnds;

    private boolean inputDoubted;
    private long groupOfDeath = UNKNOWN_GROUP;
    private Failure last = new Failure(FailureCode.OUTPUT_FAILED, "The output is away.");

    /**
     * Creates a policy for an output that was not started yet.
     *
     * @param output names the output in messages, without secrets, such as {@code rtmp://host/live}
     * @param patience how long the output may be away before it fails; zero to fail when it first is
     * @param nanoClock the time in nanoseconds, such as {@link System#nanoTime}
     * @param random spreads pauses
     */
    public RestartPolicy(String output, Duration patience, LongSupplier nanoClock, RandomGenerator random) {
        this.output = output;
        this.patience = patience;
        this.nanoClock = nanoClock;
        this.pauses = new RestartPauses(random);
    }

    /** A run is being started now. */
    public void started() {
        starts.add(nanoClock.getAsLong());
        liveSince = OptionalLong.empty();
    }

    /** The present run has delivered its first media to the output, now. Further calls for a run change nothing. */
    public void live() {
        if (liveSince.isEmpty()) {
            liveSince = OptionalLong.of(nanoClock.getAsLong());
            everLive = true;
            deadline = OptionalLong.empty();
        }
    }

    /**
     * The present run has ended by itself while media was still expected.
     *
     * @param end why
     * @param failure the diagnosis, for humans; empty if FFmpeg thinks that it has delivered everything
     * @param group the position of the group at which the run was, so where the next one would begin;
     *     {@link #UNKNOWN_GROUP} if unknown
     * @return what follows
     */
    public RestartDecision ended(RunEnd end, Optional<Failure> failure, long group) {
        long now = nanoClock.getAsLong();
        boolean wasLive = endRun(now);
        last = failure.orElseGet(() -> new Failure(
                FailureCode.FFMPEG_FAILED, "FFmpeg ended although media was still arriving. Output: " + output + "."));
        if (end != RunEnd.REJECTED && end != RunEnd.KEY_IN_USE) {
            rejectedSince = OptionalLong.empty();
        }
        if (end != RunEnd.UNAVAILABLE || !wasLive) {
            earlyEnds = 0;
        }
        return switch (end) {
            case INPUT -> input(now);
            case COMPLETED, CRASHED -> died(now, group);
            case OUT_OF_MEMORY -> {
                pauses.skipZero();
                yield died(now, group);
            }
            case KILLED -> {
                if (kills.isFull(now)) {
                    pauses.skipZero();
                }
                kills.add(now);
                yield died(now, group);
            }
            case REJECTED -> everLive ? rejected(now) : rejectedAtFirst(now);
            case KEY_IN_USE -> rejected(now);
            case UNAVAILABLE -> wasLive && !everWorked ? closedEarly(now) : away(now);
            case OUTPUT_BROKEN -> new Fail(last);
        };
    }

    /**
     * The present run was killed by the gateway, because its standard input took nothing for too long.
     *
     * @param failure the same in words, for humans
     * @return what follows
     */
    public RestartDecision stalled(Failure failure) {
        long now = nanoClock.getAsLong();
        endRun(now);
        rejectedSince = OptionalLong.empty();
        earlyEnds = 0;
        last = failure;
        return away(now);
    }

    /**
     * When the output has to be given up with {@link #patienceOver}, unless a run goes live before. It is not moved by
     * further runs that fail in the same way.
     *
     * @return a time of the clock; empty unless the output is away or rejected
     */
    public OptionalLong deadlineNanos() {
        return deadline;
    }

    /**
     * The output was away until its deadline.
     *
     * @return why it fails, with the last failure's words
     */
    public Fail patienceOver() {
        long now = nanoClock.getAsLong();
        Duration time = Duration.ofNanos(now - (rejectedSince.isPresent() ? rejectedSince : outageSince).orElse(now));
        String tried = time.toSeconds() == 0 ? "" : "Given up after " + words(time) + ". ";
        return new Fail(new Failure(last.code(), tried + last.message(), null, last.retryable()));
    }

    /** Whether it had delivered media. */
    private boolean endRun(long now) {
        boolean wasLive = liveSince.isPresent();
        if (wasLive && now - liveSince.getAsLong() >= WORKED.toNanos()) {
            everWorked = true;
            outageSince = OptionalLong.empty();
            rejectedSince = OptionalLong.empty();
            inputDoubted = false;
            pauses.reset();
        }
        if (outageSince.isEmpty()) {
            outageSince = OptionalLong.of(now);
        }
        liveSince = OptionalLong.empty();
        deadline = OptionalLong.empty();
        return wasLive;
    }

    /** Media that was recognized once is not at fault at once: a run may have begun at a damaged group. */
    private RestartDecision input(long now) {
        if (!everLive || inputDoubted) {
            return new EndStream(last);
        }
        inputDoubted = true;
        return new Restart(pause(now), From.NEXT_GROUP);
    }

    private RestartDecision died(long now, long group) {
        deaths.add(now);
        if (deaths.isFull(now)) {
            return new Fail(new Failure(
                    FailureCode.FFMPEG_FAILED,
                    "FFmpeg died " + (MAX_DEATHS + 1) + " times within a minute, so this output was given up. "
                            + last.message()));
        }
        boolean again = group != UNKNOWN_GROUP && group == groupOfDeath;
        groupOfDeath = group;
        return new Restart(pause(now), again ? From.NEXT_GROUP : From.SAME_GROUP);
    }

    private RestartDecision away(long now) {
        deadline = OptionalLong.of(outageSince.orElse(now) + patience.toNanos());
        return isOver(now) ? patienceOver() : new AwaitReceiver(pause(now));
    }

    private RestartDecision closedEarly(long now) {
        earlyEnds++;
        if (earlyEnds < MAX_EARLY_ENDS) {
            return away(now);
        }
        return new Fail(new Failure(
                        FailureCode.OUTPUT_FAILED,
                        "The output server took the stream and gave it up within seconds, "
                                + MAX_EARLY_ENDS + " times: it probably rejects the stream key or the format. Check"
                                + " the stream key and the publish URL; the server's log says which it is. "
                                + last.message())
                .notRetryable());
    }

    private RestartDecision rejectedAtFirst(long now) {
        rejections++;
        return rejections > 1 || patience.isZero()
                ? new Fail(last)
                : new Restart(pauses.spaced(SECOND_CHANCE, starts, now), From.SAME_GROUP);
    }

    private RestartDecision rejected(long now) {
        if (rejectedSince.isEmpty()) {
            rejectedSince = OptionalLong.of(now);
        }
        long ownPatience = Math.min(REJECTION_PATIENCE.toNanos(), patience.toNanos());
        deadline = OptionalLong.of(rejectedSince.getAsLong() + ownPatience);
        return isOver(now) ? patienceOver() : new Restart(pause(now), From.SAME_GROUP);
    }

    private boolean isOver(long now) {
        return deadline.isPresent() && now - deadline.getAsLong() >= 0;
    }

    private Duration pause(long now) {
        return pauses.spaced(pauses.next(), starts, now);
    }

    private static String words(Duration time) {
        return time.toMinutes() >= 2 ? time.toMinutes() + " min" : Math.max(1, time.toSeconds()) + " s";
    }
}
