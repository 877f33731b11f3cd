package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.gateway.ffmpeg.run.FfmpegOutcome;
import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.gateway.ffmpeg.run.FfmpegStream;
import io.sluice.gateway.media.MediaQueue;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hand-off joined to an FFmpeg that runs, watched once a second, until that FFmpeg was reaped. The client is told in an interval of
 * its own choice, which changes nothing for anybody else.
 *
 * <p>It ends in one of three ways: {@link #finish} delivers what came and lets FFmpeg write its trailer; {@link #abort} gives up what
 * waits; or FFmpeg leaves by itself. In each case the outcome is told once.
 */
final class LiveStream {

    private static final Logger LOG = LoggerFactory.getLogger(LiveStream.class);
    private static final Duration PULSE = Duration.ofSeconds(1);

    /**
     * Hundreds of streams share an event loop: their timers go off together, so that it is woken for many of them at a time. What a stream
     * does for the first time comes early by this much at most.
     */
    private static final Duration TIMER_GRID = Duration.ofMillis(50);

    private final EventLoop eventLoop;
    private final SessionLimits limits;
    private final StreamQuota allowance;
    private final Duration reportInterval;
    private final RunningStream running;
    private final FfmpegStream ffmpeg;
    private final MediaQueue handOff;
    private final SessionReporter herald;
    private final Consumer<FfmpegOutcome> onEnded;
    private final StallDetector vitals;

    private @Nullable ScheduledFuture<?> reports;
    private @Nullable ScheduledFuture<?> pulse;
    private @Nullable Failure failure;
    private @Nullable ScheduledFuture<?> finishDeadline;
    private boolean ending;
    private boolean ended;

    LiveStream(
            EventLoop eventLoop,
            SessionLimits limits,
            StreamQuota allowance,
            Duration reportInterval,
            RunningStream running,
            MediaQueue handOff,
            SessionReporter herald,
            Consumer<FfmpegOutcome> onEnded) {
        this.eventLoop = eventLoop;
        this.limits = limits;
        this.allowance = allowance;
        this.reportInterval = reportInterval;
        this.running = running;
        this.ffmpeg = running.ffmpeg();
        this.handOff = handOff;
        this.herald = herald;
        this.onEnded = onEnded;
        this.vitals = new StallDetector(limits, System.nanoTime());
    }

    /** Joins the two. From here on media flows. */
    void begin() {
        long earlyNanos = Math.floorMod(eventLoop.ticker().nanoTime(), TIMER_GRID.toNanos());
        reports = every(reportInterval, earlyNanos, () -> herald.report(progress()));
        pulse = every(PULSE, earlyNanos, this::pulse);
        running.ticket().processStarted(ffmpeg.pid());
        handOff.subscribe(ffmpeg.input());
        ffmpeg.outcome().subscribe(this::ffmpegEnded);
    }

    boolean isEnding() {
        return ending;
    }

    void mediaCame(int mediaBytes) {
        long nowNanos = System.nanoTime();
        vitals.mediaCame(nowNanos);
        Failure tooMuch = ending ? null : allowance.mediaCame(mediaBytes, nowNanos);
        if (tooMuch != null) {
            end(tooMuch);
        }
    }

    /**
     * Ends the stream in order: all that came is delivered, FFmpeg writes its trailer.
     *
     * @param reason why, unless the client wanted it
     */
    void finish(Optional<Failure> reason) {
        if (ending) {
            return;
        }
        ending = true;
        failure = reason.orElse(null);
        running.lease().ending();
        herald.ending();
        finishDeadline = eventLoop.schedule(
                this::finishTookTooLong, limits.finishTimeout().toMillis(), TimeUnit.MILLISECONDS);
        handOff.complete();
    }

    /** Ends the stream at once; what waits is lost. */
    void abort(Failure reason) {
        ending = true;
        if (failure == null) {
            failure = reason;
        }
        running.lease().ending();
        herald.ending();
        herald.forcing();
        handOff.discard();
        ffmpeg.shutdown().subscribe(exit -> {}, error -> {
            LOG.error("[{}] FFmpeg could not be ended, the key is given back nonetheless", id(), error);
            ffmpegEnded(new FfmpegOutcome(ffmpeg.progress(), ffmpeg.acceptedBytes(), Optional.of(reason)));
        });
    }

    private void finishTookTooLong() {
        abort(new Failure(
                FailureCode.STREAM_STALLED,
                "The last of the stream could not be delivered within "
                        + limits.finishTimeout().toSeconds() + " s: its output does not accept it any more."));
    }

    private ScheduledFuture<?> every(Duration interval, long earlyNanos, Runnable task) {
        return eventLoop.scheduleAtFixedRate(
                task, interval.toNanos() - earlyNanos, interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void pulse() {
        herald.progressed(progress());
        running.ticket().updateProgress(ffmpeg.progress().outTime().toMillis());
        if (!ending) {
            long nowNanos = System.nanoTime();
            allowance
                    .check(nowNanos, Instant.now())
                    .or(() -> vitals.check(nowNanos, ffmpeg.acceptedBytes(), waitingBytes()))
                    .ifPresent(this::end);
        }
    }

    private void end(Failure reason) {
        LOG.warn("[{}] {}: {}", id(), reason.code().reason(), reason.message());
        if (reason.code() == FailureCode.STREAM_STALLED) {
            abort(reason);
        } else {
            finish(Optional.of(reason));
        }
    }

    private Progress progress() {
        FfmpegProgress latest = ffmpeg.progress();
        return new Progress(
                ffmpeg.acceptedBytes(),
                waitingBytes(),
                latest.outTime().toMillis(),
                latest.framesPerSecond().orElse(0),
                (long) latest.bitsPerSecond().orElse(0),
                latest.speed().orElse(0),
                latest.droppedFrames());
    }

    private long waitingBytes() {
        return handOff.waitingBytes() + ffmpeg.waitingBytes();
    }

    private void ffmpegEnded(FfmpegOutcome outcome) {
        if (ended) {
            return;
        }
        ended = true;
        cancel(reports);
        cancel(pulse);
        cancel(finishDeadline);
        handOff.discard();
        // FFmpeg takes a stream without a byte for a broken one; a client that changes its mind is none.
        boolean untouched = ending && outcome.acceptedBytes() == 0;
        onEnded.accept(failure == null && !untouched ? outcome : outcome.withFailure(Optional.ofNullable(failure)));
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private String id() {
        return running.request().sessionId();
    }
}
