package io.sluice.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.delivery.RestartDecision.AwaitReceiver;
import io.sluice.gateway.delivery.RestartDecision.EndStream;
import io.sluice.gateway.delivery.RestartDecision.Fail;
import io.sluice.gateway.delivery.RestartDecision.From;
import io.sluice.gateway.delivery.RestartDecision.Restart;
import io.sluice.gateway.ffmpeg.run.RunEnd;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What follows when a run has ended, on a clock that the test moves. */
class RestartPolicyTest {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long GROUP = 1_000;

    private long now = 123;
    private final Random random = new Random(1);
    private RestartPolicy policy = policy(PATIENCE);

    private RestartPolicy policy(Duration patience) {
        return new RestartPolicy("rtmp://host/live", patience, () -> now, random);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private RestartDecision run(RunEnd end) {
        return run(end, GROUP);
    }

    /** A run that never went live. */
    private RestartDecision run(RunEnd end, long group) {
        policy.started();
        pass(Duration.ofMillis(200));
        return policy.ended(end, Optional.of(failureOf(end)), group);
    }

    private RestartDecision liveRun(RunEnd end, Duration live) {
        policy.started();
        pass(Duration.ofMillis(200));
        policy.live();
        pass(live);
        return policy.ended(end, Optional.of(failureOf(end)), now);
    }

    private static Failure failureOf(RunEnd end) {
        return switch (end) {
            case INPUT -> new Failure(FailureCode.UNRECOGNIZED_MEDIA, "the media");
            case CRASHED, KILLED, OUT_OF_MEMORY, COMPLETED -> new Failure(FailureCode.FFMPEG_FAILED, "the process");
            case REJECTED, KEY_IN_USE, OUTPUT_BROKEN ->
                new Failure(FailureCode.OUTPUT_FAILED, "the key").notRetryable();
            case UNAVAILABLE -> new Failure(FailureCode.OUTPUT_FAILED, "the server");
        };
    }

    /** The first end of the first run, and of a run that has worked. */
    @ParameterizedTest
    @CsvSource({
        "INPUT,         EndStream,     Restart",
        "COMPLETED,     Restart,       Restart",
        "CRASHED,       Restart,       Restart",
        "OUT_OF_MEMORY, Restart,       Restart",
        "KILLED,        Restart,       Restart",
        "REJECTED,      Restart,       Restart",
        "KEY_IN_USE,    Restart,       Restart",
        "UNAVAILABLE,   AwaitReceiver, AwaitReceiver",
        "OUTPUT_BROKEN, Fail,          Fail",
    })
    void eachEndHasItsDecision(RunEnd end, String atFirst, String afterwards) {
        assertThat(run(end).getClass().getSimpleName()).isEqualTo(atFirst);
        policy = policy(PATIENCE);
        assertThat(liveRun(end, Duration.ofMinutes(1)).getClass().getSimpleName())
                .isEqualTo(afterwards);
    }

    @Test
    void pausesGrowUntilARunHasWorked() {
        for (int round = 0; round < 2; round++) {
            assertThat(pauseOf(liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(11))))
                    .isZero();
            long most = 500;
            for (int i = 0; i < 8; i++) {
                Duration pause = pauseOf(run(RunEnd.UNAVAILABLE));
                assertThat(pause).isBetween(Duration.ofMillis(most / 2), Duration.ofMillis(most));
                pass(pause);
                most = Math.min(8_000, 2 * most);
            }
        }
    }

    @Test
    void aCrashIsFollowedByARestartAtOnceAndTheSameGroupIsTriedTwice() {
        assertThat(run(RunEnd.CRASHED, 70)).isEqualTo(new Restart(Duration.ZERO, From.SAME_GROUP));
        assertThat(fromOf(run(RunEnd.CRASHED, 70))).isEqualTo(From.NEXT_GROUP);
        assertThat(fromOf(run(RunEnd.CRASHED, 90))).isEqualTo(From.SAME_GROUP);
        assertThat(fromOf(run(RunEnd.CRASHED, RestartPolicy.UNKNOWN_GROUP))).isEqualTo(From.SAME_GROUP);
        assertThat(fromOf(run(RunEnd.CRASHED, RestartPolicy.UNKNOWN_GROUP))).isEqualTo(From.SAME_GROUP);
    }

    @Test
    void aCrashLoopEndsWithItsDiagnosis() {
        for (int i = 0; i < 5; i++) {
            assertThat(run(i % 2 == 0 ? RunEnd.CRASHED : RunEnd.KILLED, i)).isInstanceOf(Restart.class);
        }
        Failure failure = ((Fail) run(RunEnd.CRASHED, 6)).failure();
        assertThat(failure.code()).isEqualTo(FailureCode.FFMPEG_FAILED);
        assertThat(failure.message()).contains("6 times within a minute", "the process");
    }

    @Test
    void fiveDeathsAMinuteAreNoLoop() {
        for (int i = 0; i < 50; i++) {
            assertThat(run(RunEnd.CRASHED, i)).isInstanceOf(Restart.class);
            pass(Duration.ofMillis(11_900));
        }
    }

    @Test
    void aSecondKillWithinAMinuteAndMemoryAreFollowedByAPause() {
        assertThat(pauseOf(liveRun(RunEnd.KILLED, Duration.ofSeconds(20)))).isZero();
        assertThat(pauseOf(liveRun(RunEnd.KILLED, Duration.ofSeconds(20)))).isPositive();
        assertThat(pauseOf(liveRun(RunEnd.KILLED, Duration.ofSeconds(61)))).isZero();
        assertThat(pauseOf(liveRun(RunEnd.OUT_OF_MEMORY, Duration.ofSeconds(20))))
                .isPositive();
    }

    @Test
    void aKeyThatNeverWorkedIsTriedTwiceAndToldWithinThreeSeconds() {
        long start = now;
        Restart again = (Restart) run(RunEnd.REJECTED);
        assertThat(again).isEqualTo(new Restart(Duration.ofSeconds(1), From.SAME_GROUP));
        assertThat(policy.deadlineNanos()).isEmpty();
        pass(again.pause());
        Failure failure = ((Fail) run(RunEnd.REJECTED)).failure();
        assertThat(Duration.ofNanos(now - start)).isLessThan(Duration.ofSeconds(3));
        assertThat(failure).isEqualTo(failureOf(RunEnd.REJECTED));
        assertThat(failure.retryable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aKeyThatWorkedAndAKeyInUseAreNotDoubtedForThirtySeconds(boolean inUse) {
        if (!inUse) {
            liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(20));
        }
        RunEnd end = inUse ? RunEnd.KEY_IN_USE : RunEnd.REJECTED;
        RestartDecision decision = run(end);
        long first = now;
        while (decision instanceof Restart restart) {
            assertThat(policy.deadlineNanos())
                    .hasValue(first + Duration.ofSeconds(30).toNanos());
            pass(restart.pause());
            decision = run(end);
        }
        assertThat(Duration.ofNanos(now - first)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(39));
        assertThat(((Fail) decision).failure().message())
                .startsWith("Given up after 3")
                .contains("the key");
        assertThat(((Fail) decision).failure().retryable()).isFalse();
    }

    @Test
    void anOutageIsWaitedForUntilThePatienceIsOver() {
        assertThat(liveRun(RunEnd.UNAVAILABLE, Duration.ofMinutes(1))).isEqualTo(new AwaitReceiver(Duration.ZERO));
        long expected = now + PATIENCE.toNanos();
        assertThat(policy.deadlineNanos()).hasValue(expected);
        pass(Duration.ofMinutes(4));
        assertThat(policy.stalled(OutputFailures.stalled(Duration.ofSeconds(5), "rtmp://host/live", false)))
                .isInstanceOf(AwaitReceiver.class);
        assertThat(policy.deadlineNanos()).hasValue(expected);
        pass(Duration.ofMinutes(1));
        Failure failure = policy.patienceOver().failure();
        assertThat(failure.code()).isEqualTo(FailureCode.OUTPUT_FAILED);
        assertThat(failure.retryable()).isTrue();
        assertThat(failure.message())
                .contains("Given up after 5 min", "accepted no media for 5 s", "Output: rtmp://host/live.");
        assertThat(run(RunEnd.UNAVAILABLE)).isInstanceOf(Fail.class);
    }

    @Test
    void aShortLifeDoesNotRenewThePatience() {
        liveRun(RunEnd.UNAVAILABLE, Duration.ofMinutes(1));
        long expected = now + PATIENCE.toNanos();
        pass(Duration.ofMinutes(1));
        liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(9));
        assertThat(policy.deadlineNanos()).hasValue(expected);
        liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(10));
        assertThat(policy.deadlineNanos()).hasValue(now + PATIENCE.toNanos());
    }

    @ParameterizedTest
    @CsvSource({"UNAVAILABLE", "REJECTED", "KEY_IN_USE"})
    void withoutPatienceAnOutputFailsAtOnceAndACrashIsStillMended(RunEnd end) {
        policy = policy(Duration.ZERO);
        assertThat(run(end)).isEqualTo(new Fail(failureOf(end)));
        policy = policy(Duration.ZERO);
        assertThat(liveRun(end, Duration.ofMinutes(1))).isEqualTo(new Fail(failureOf(end)));
        policy = policy(Duration.ZERO);
        assertThat(liveRun(RunEnd.CRASHED, Duration.ofMinutes(1))).isInstanceOf(Restart.class);
    }

    @Test
    void aServerThatTakesTheStreamAndGivesItUpThreeTimesRejectsIt() {
        assertThat(liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(1))).isInstanceOf(AwaitReceiver.class);
        assertThat(liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(1))).isInstanceOf(AwaitReceiver.class);
        Failure failure = ((Fail) liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(1))).failure();
        assertThat(failure.retryable()).isFalse();
        assertThat(failure.message()).contains("probably rejects the stream key", "the server");
    }

    @Test
    void aServerThatIsAwayInBetweenOrHasWorkedIsNotSaidToReject() {
        for (int i = 0; i < 5; i++) {
            assertThat(liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(1))).isInstanceOf(AwaitReceiver.class);
            assertThat(run(RunEnd.UNAVAILABLE)).isInstanceOf(AwaitReceiver.class);
        }
        liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(10));
        for (int i = 0; i < 5; i++) {
            assertThat(liveRun(RunEnd.UNAVAILABLE, Duration.ofSeconds(1))).isInstanceOf(AwaitReceiver.class);
        }
    }

    @Test
    void mediaThatWasRecognizedOnceIsTriedFromTheNextGroup() {
        liveRun(RunEnd.CRASHED, Duration.ofSeconds(20));
        assertThat(fromOf(run(RunEnd.INPUT))).isEqualTo(From.NEXT_GROUP);
        assertThat(run(RunEnd.INPUT)).isEqualTo(new EndStream(failureOf(RunEnd.INPUT)));
    }

    @Test
    void anFfmpegThatLeavesWithoutAWordIsToldInOurs() {
        for (int i = 0; i < 5; i++) {
            policy.ended(RunEnd.COMPLETED, Optional.empty(), i);
        }
        assertThat(((Fail) policy.ended(RunEnd.COMPLETED, Optional.empty(), 6))
                        .failure()
                        .message())
                .contains("although media was still arriving", "rtmp://host/live");
    }

    /** Whatever happens, in whatever order: bounded pauses, starts and patience, and the pauses are followed. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomSequencesKeepTheBounds(long seed) {
        Random choice = new Random(seed);
        for (int sequence = 0; sequence < 2_000; sequence++) {
            policy = policy(Duration.ofSeconds(choice.nextInt(400)));
            follow(choice, "seed " + seed + ", sequence " + sequence);
        }
    }

    private void follow(Random choice, String which) {
        List<Long> starts = new ArrayList<>();
        long deadline = Long.MAX_VALUE;
        for (int i = 0; i < 100; i++) {
            starts.add(now);
            policy.started();
            pass(Duration.ofMillis(choice.nextInt(400)));
            Duration life = Duration.ZERO;
            if (choice.nextInt(3) == 0) {
                policy.live();
                life = Duration.ofMillis(choice.nextInt(choice.nextBoolean() ? 1_000 : 30_000));
                pass(life);
            }
            RestartDecision decision = endInSomeWay(choice);
            if (!(decision instanceof Restart) && !(decision instanceof AwaitReceiver)) {
                assertThat(policy.deadlineNanos().isEmpty() || decision instanceof Fail)
                        .as(which)
                        .isTrue();
                break;
            }
            Duration pause = pauseOf(decision);
            assertThat(pause).as(which).isBetween(Duration.ZERO, Duration.ofSeconds(60));
            if (decision instanceof AwaitReceiver) {
                long next = policy.deadlineNanos().orElseThrow();
                boolean renewed = life.compareTo(Duration.ofSeconds(10)) >= 0;
                assertThat(next).as(which).isGreaterThan(now);
                if (!renewed && deadline != Long.MAX_VALUE) {
                    assertThat(next).as(which).isEqualTo(deadline);
                }
                deadline = next;
            } else if (life.compareTo(Duration.ofSeconds(10)) >= 0) {
                deadline = Long.MAX_VALUE;
            }
            pass(pause);
        }
        for (int i = 20; i < starts.size(); i++) {
            assertThat(starts.get(i) - starts.get(i - 20))
                    .as(which)
                    .isGreaterThanOrEqualTo(Duration.ofMinutes(1).toNanos());
        }
    }

    private RestartDecision endInSomeWay(Random choice) {
        if (choice.nextInt(6) == 0) {
            return policy.stalled(OutputFailures.stalled(Duration.ofSeconds(5), "rtmp://host/live", false));
        }
        List<RunEnd> likely = List.of(
                RunEnd.CRASHED,
                RunEnd.KILLED,
                RunEnd.OUT_OF_MEMORY,
                RunEnd.COMPLETED,
                RunEnd.REJECTED,
                RunEnd.KEY_IN_USE,
                RunEnd.UNAVAILABLE,
                RunEnd.UNAVAILABLE,
                RunEnd.UNAVAILABLE,
                RunEnd.INPUT);
        RunEnd end = likely.get(choice.nextInt(likely.size()));
        return policy.ended(end, Optional.of(failureOf(end)), choice.nextInt(3) - 1L);
    }

    private static Duration pauseOf(RestartDecision decision) {
        return decision instanceof Restart restart ? restart.pause() : ((AwaitReceiver) decision).pause();
    }

    private static From fromOf(RestartDecision decision) {
        return ((Restart) decision).from();
    }
}
