package io.sluice.gateway.delivery;

import io.sluice.gateway.admission.Admission;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.run.FfmpegOutcome;
import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.gateway.ffmpeg.run.FfmpegStream;
import io.sluice.gateway.ffmpeg.run.RunEnd;
import io.sluice.gateway.media.ReplayBuffer;
import io.sluice.gateway.media.ReplayReader;
import io.sluice.protocol.Failure;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * One output of a stream: one run of FFmpeg after another, until the stream ends or the output is given up. A run that
 * follows another gets the stream's header first, and then the media from a key frame on.
 *
 * <p>Confined to the stream's event loop.
 */
final class SupervisedOutput {

    private static final Logger LOG = LoggerFactory.getLogger(SupervisedOutput.class);

    /** How much of what FFmpeg has taken it may not have written yet: tracks are interleaved, pictures encoded. */
    private static final Duration UNWRITTEN = Duration.ofMillis(500);

    private final StreamDelivery stream;
    private final StreamPlan plan;
    private final Admission.Ticket.Run admitted;
    private final RestartPolicy policy;

    private OutputStatus status;
    private @Nullable OutputRun run;
    /** FFmpeg is being started. It is not cancelled: whatever is started must also be ended. */
    private boolean starting;

    private Disposable waiting = Disposables.disposed();
    private boolean completing;
    private boolean aborting;
    private boolean unreported;
    private long groupPosition = RestartPolicy.UNKNOWN_GROUP;
    private Duration takenTime = Duration.ZERO;
    private Duration outTime = Duration.ZERO;
    private Duration streamStart = Duration.ZERO;
    private RunEnd lastEnd = RunEnd.COMPLETED;
    private FfmpegProgress lastProgress = FfmpegProgress.NONE;
    private long skippedMessageBytes;

    /**
     * An output whose first run is about to start.
     *
     * @param stream the stream
     * @param index the position of its first output among the stream's outputs
     * @param plan what each run does
     * @param admitted what was reserved for its runs
     */
    SupervisedOutput(StreamDelivery stream, int index, StreamPlan plan, Admission.Ticket.Run admitted) {
        this.stream = stream;
        this.plan = plan;
        this.admitted = admitted;
        this.status = OutputStatus.connecting(index, plan.outputs().get(0).output());
        this.policy = new RestartPolicy(
                status.name(), stream.rules().patience(), System::nanoTime, RandomGenerator.getDefault());
    }

    OutputStatus status() {
        return status;
    }

    StreamPlan plan() {
        return plan;
    }

    /** The present run; empty while there is none. */
    Optional<OutputRun> run() {
        return Optional.ofNullable(run);
    }

    /** What the present run has reported, or the last one; its time counted from the start of the stream. */
    FfmpegProgress progress() {
        OutputRun present = run;
        return present == null ? lastProgress : present.progress().after(outTime);
    }

    long skippedMessageBytes() {
        OutputRun present = run;
        return skippedMessageBytes + (present == null ? 0 : present.ffmpeg().skippedOutputBytes());
    }

    /** Whether nothing of this output runs or will run. */
    boolean isOver() {
        return status.isOver() && run == null && !starting;
    }

    /** Starts with a run that gets the stream from its first byte. */
    void start(FfmpegStream first) {
        policy.started();
        become(status);
        attach(first, stream.buffer().readFromStart());
    }

    /** The stream has ended: what is left is delivered by the present run, if there is one. */
    void complete() {
        completing = true;
        if (run == null && !starting && !status.isOver()) {
            waiting.dispose();
            fail(status.failure().map(OutputFailures::endedWhileAway).orElseGet(OutputFailures::notStarted));
        }
    }

    /** Ends the present run by force, and starts no other. */
    void abort() {
        aborting = true;
        waiting.dispose();
        if (run != null) {
            shutDown(run);
        } else if (status.isOver()) {
            return;
        } else if (!starting) {
            over(OutputState.ENDED, Optional.empty());
        }
    }

    void onMedia(int mediaBytes) {
        if (run != null) {
            run.onMedia(mediaBytes);
        }
    }

    /** Once a second. */
    void inspect(long nowNanos, Duration mediaTime) {
        if (unreported) {
            become(status);
        }
        OutputRun present = run;
        if (present == null || aborting || status.isOver()) {
            return;
        }
        present.inspect(nowNanos, mediaTime);
        taken(present);
        admitted.updateProgress(progress().outTime().toMillis());
        if (present.failure().isPresent()) {
            fail(present.failure().get());
            shutDown(present);
        } else if (present.isStalled()) {
            present.ffmpeg().kill().subscribe(exit -> {}, error -> unkillable(present, error));
        }
    }

    private void attach(FfmpegStream ffmpeg, ReplayReader reader) {
        OutputRun next =
                new OutputRun(plan, ffmpeg, reader, stream.rules(), stream.segmentWatch(plan), System.nanoTime());
        run = next;
        admitted.started(ffmpeg.pid());
        if (stream.maySkip()) {
            reader.skipWhenLate((from, to, lost) -> skipped(lost));
        }
        next.start();
        ffmpeg.writing().subscribe(null, null, () -> writing(next));
        ffmpeg.outcome().subscribe(outcome -> ended(next, outcome));
    }

    private void writing(OutputRun started) {
        if (started != run || status.isOver()) {
            return;
        }
        policy.live();
        plan.rtmp().ifPresent(stream.receivers()::up);
        if (status.restarts() > 0) {
            LOG.info(
                    "[{}] Output {} is live again after {} ms; restarts: {}, lost: {} ms, repeated: {} ms",
                    stream.sessionId(),
                    status.label(),
                    status.sinceMillis(),
                    status.restarts(),
                    status.lost().toMillis(),
                    status.repeated().toMillis());
        } else {
            LOG.info("[{}] Output {} is live", stream.sessionId(), status.label());
        }
        become(status.in(OutputState.LIVE, Optional.empty()));
    }

    private void skipped(Duration lost) {
        LOG.warn(
                "[{}] Output {} is too slow: {} ms of media were left out for it, up to the newest key frame",
                stream.sessionId(),
                status.label(),
                lost.toMillis());
        stream.listener().onGroupsSkipped(status.index());
        note(status.with(lost, Duration.ZERO));
    }

    private void ended(OutputRun finished, FfmpegOutcome outcome) {
        if (finished != run) {
            return;
        }
        taken(finished);
        stream.settle();
        finished.detach();
        run = null;
        admitted.ended();
        lastProgress = outcome.progress().after(outTime);
        skippedMessageBytes += finished.ffmpeg().skippedOutputBytes();
        if (status.isOver()) {
            stream.onOver();
        } else if (aborting || hasDelivered(finished, outcome)) {
            over(OutputState.ENDED, Optional.empty());
        } else if (finished.isStalled()) {
            Failure stall = OutputFailures.stalled(
                    stream.rules().stallTimeout(), status.name(), plan.rtmp().isEmpty());
            follow(policy.stalled(stall), stall);
        } else {
            groupPosition = stream.buffer()
                    .groupAtOrBefore(writtenTime())
                    .map(ReplayBuffer.Group::position)
                    .orElse(RestartPolicy.UNKNOWN_GROUP);
            lastEnd = outcome.end();
            follow(
                    policy.ended(outcome.end(), outcome.failure(), groupPosition),
                    outcome.failure().orElseGet(OutputFailures::endedEarly));
        }
    }

    private boolean hasDelivered(OutputRun finished, FfmpegOutcome outcome) {
        if (outcome.end() == RunEnd.COMPLETED) {
            // A recording can say where it ends. If it goes on nevertheless, FFmpeg has lost its way.
            return completing || stream.buffer().receivedBytes() == finished.acceptedPosition();
        }
        // A last run of less than a second reports nothing that shows that it has written.
        return completing && status.restarts() > 0 && outcome.end() == RunEnd.INPUT && lastEnd != RunEnd.INPUT;
    }

    /** Remembers how far a run has come: what its pipe has accepted, FFmpeg has read within milliseconds. */
    private void taken(OutputRun current) {
        ReplayBuffer buffer = stream.buffer();
        buffer.timeAt(current.readPosition()).ifPresent(time -> takenTime = time);
        if (status.restarts() == 0) {
            streamStart = current.ffmpeg().inputStart();
        }
    }

    /** How far the output has come at least. */
    private Duration writtenTime() {
        return takenTime.minus(UNWRITTEN);
    }

    private void follow(RestartDecision decision, Failure cause) {
        if (decision instanceof RestartDecision.EndStream end) {
            fail(end.failure());
        } else if (decision instanceof RestartDecision.Fail fail) {
            fail(fail.failure());
        } else if (!isReadable()) {
            fail(cause);
        } else if (decision instanceof RestartDecision.Restart restart) {
            restart(restart, cause);
        } else if (completing) {
            fail(OutputFailures.endedWhileAway(cause));
        } else {
            awaitReceiver((RestartDecision.AwaitReceiver) decision, cause);
        }
    }

    private void restart(RestartDecision.Restart restart, Failure cause) {
        if (completing && !restart.pause().isZero()) {
            fail(OutputFailures.endedWhileAway(cause));
            return;
        }
        LOG.warn(
                "[{}] Output {} was interrupted: {} It is started again in {} ms",
                stream.sessionId(),
                status.label(),
                cause.message(),
                restart.pause().toMillis());
        become(status.in(OutputState.AWAY, Optional.of(cause)));
        boolean nextGroup = restart.from() == RestartDecision.From.NEXT_GROUP;
        waiting = Mono.delay(restart.pause(), stream.onLoop()).subscribe(tick -> startAgain(true, nextGroup));
    }

    private void awaitReceiver(RestartDecision.AwaitReceiver decision, Failure cause) {
        Duration left = Duration.ofNanos(Math.max(0, policy.deadlineNanos().orElse(0) - System.nanoTime()));
        if (status.state() != OutputState.AWAY) {
            LOG.warn(
                    "[{}] Output {} is away: {} It is tried again until {}",
                    stream.sessionId(),
                    status.label(),
                    cause.message(),
                    Instant.now().plus(left).truncatedTo(ChronoUnit.SECONDS));
        }
        become(status.in(OutputState.AWAY, Optional.of(cause)));
        plan.rtmp().ifPresent(stream.receivers()::down);
        Mono<Void> available =
                plan.rtmp().map(stream.receivers()::whenAvailable).orElseGet(Mono::empty);
        waiting = Mono.delay(decision.pause(), stream.onLoop())
                .then(available)
                .thenReturn(true)
                .timeout(left, Mono.just(false), stream.onLoop())
                .publishOn(stream.onLoop())
                .subscribe(back -> {
                    if (back) {
                        startAgain(false, false);
                    } else {
                        fail(policy.patienceOver().failure());
                    }
                });
    }

    private void startAgain(boolean replay, boolean nextGroup) {
        starting = true;
        policy.started();
        note(status.restarted());
        if (!replay) {
            // The next one may be seconds away, and the newest one as old.
            stream.listener().onKeyFrameWanted();
        }
        stream.launch(plan.continued(streamStart)).subscribe(ffmpeg -> started(ffmpeg, replay, nextGroup), error -> {
            LOG.error("[{}] FFmpeg could not be started again", stream.sessionId(), error);
            starting = false;
            if (aborting) {
                over(OutputState.ENDED, Optional.empty());
            } else {
                fail(OutputFailures.notStarted());
            }
        });
    }

    private void started(FfmpegStream ffmpeg, boolean replay, boolean nextGroup) {
        starting = false;
        boolean isReadable = isReadable();
        attach(ffmpeg, reader(replay, nextGroup));
        if (!isReadable && !aborting) {
            fail(OutputFailures.endedEarly());
        }
        if (run != null && (aborting || !isReadable)) {
            shutDown(run);
        }
    }

    /** Without its header the rest of a stream is worth nothing. */
    private boolean isReadable() {
        return stream.buffer().canReplay() || stream.buffer().keepsStart();
    }

    /** A run that follows a short interruption goes on where the other stopped; after a long one, with what is new. */
    private ReplayReader reader(boolean replay, boolean nextGroup) {
        ReplayBuffer buffer = stream.buffer();
        if (!buffer.canReplay() && buffer.keepsStart()) {
            return buffer.readFromStart();
        }
        Optional<ReplayBuffer.Group> group = !replay
                ? buffer.newestGroup()
                : nextGroup ? buffer.groupAfter(groupPosition) : buffer.groupAtOrBefore(writtenTime());
        group.ifPresent(start -> {
            outTime = start.time().minus(streamStart);
            Duration ahead = start.time().minus(takenTime);
            note(ahead.isNegative() ? status.with(Duration.ZERO, ahead.negated()) : status.with(ahead, Duration.ZERO));
        });
        return group.map(buffer::readFrom).orElseGet(buffer::readFromNextGroup);
    }

    /** The output has failed for good. Its run, if there is one, still has to end. */
    private void fail(Failure failure) {
        LOG.warn("[{}] Output {} has failed for good: {}", stream.sessionId(), status.label(), failure.message());
        over(OutputState.FAILED, Optional.of(failure));
    }

    private void over(OutputState end, Optional<Failure> failure) {
        if (status.isOver()) {
            return;
        }
        waiting.dispose();
        become(status.in(end, failure));
        stream.onOver();
    }

    private void become(OutputStatus next) {
        status = next;
        unreported = false;
        stream.listener().onOutputChanged(next);
    }

    /** Its figures have changed, which is reported once a second at most. */
    private void note(OutputStatus next) {
        status = next;
        unreported = true;
    }

    private void shutDown(OutputRun ending) {
        ending.ffmpeg().shutdown().subscribe(exit -> {}, error -> unkillable(ending, error));
    }

    /** The run counts as ended: nothing more can be done, and its stream must not wait for it. */
    private void unkillable(OutputRun ending, Throwable error) {
        LOG.error("[{}] FFmpeg could not be killed; the stream key is released anyway", stream.sessionId(), error);
        ended(ending, FfmpegOutcome.unknown(ending.progress(), ending.ffmpeg().acceptedBytes()));
    }
}
