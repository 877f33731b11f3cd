package io.sluice.gateway.delivery;

import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.gateway.ffmpeg.run.FfmpegStream;
import io.sluice.gateway.media.ReplayReader;
import io.sluice.protocol.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One run of FFmpeg for an output, with the reader that gives it the media, and what is wrong with it while it runs.
 * Confined to the stream's event loop.
 */
final class OutputRun {

    /** A full pipe, and the buffer that did not fit. If nothing waits, FFmpeg has read everything. */
    private static final int UNREAD_BYTES = 2 * 65_536;

    private final StreamPlan plan;
    private final FfmpegStream ffmpeg;
    private final ReplayReader reader;
    private final OutputRules rules;
    private final OutputPace pace;
    private final Optional<SegmentWatch> segments;

    private long acceptedBytes;
    private long lastAcceptedNanos;
    private boolean stalled;
    private @Nullable Failure failure;

    /**
     * A run that starts now.
     *
     * @param plan what FFmpeg does
     * @param ffmpeg the process
     * @param reader the media that it is given
     * @param rules when it is given up
     * @param segments the watch of its preview, if it writes one
     * @param nowNanos the time, by {@link System#nanoTime()}
     */
    OutputRun(
            StreamPlan plan,
            FfmpegStream ffmpeg,
            ReplayReader reader,
            OutputRules rules,
            Optional<SegmentWatch> segments,
            long nowNanos) {
        this.plan = plan;
        this.ffmpeg = ffmpeg;
        this.reader = reader;
        this.rules = rules;
        this.segments = segments;
        this.pace = new OutputPace(rules, nowNanos);
        this.lastAcceptedNanos = nowNanos;
    }

    FfmpegStream ffmpeg() {
        return ffmpeg;
    }

    FfmpegProgress progress() {
        return ffmpeg.progress();
    }

    /** Gives FFmpeg the media. */
    void start() {
        reader.subscribe(ffmpeg.input());
    }

    /** No more media for FFmpeg, and no more memory for its reader. */
    void detach() {
        reader.detach();
    }

    /** The position in the stream up to which the pipe has accepted it. */
    long acceptedPosition() {
        return reader.position() - ffmpeg.waitingBytes();
    }

    /** The position up to which FFmpeg has read the stream at least. */
    long readPosition() {
        return reader.waitingBytes() == 0 ? acceptedPosition() : Math.max(0, acceptedPosition() - UNREAD_BYTES);
    }

    /** The media bytes that wait for this run. */
    long waitingBytes() {
        return reader.waitingBytes() + ffmpeg.waitingBytes();
    }

    void onMedia(int mediaBytes) {
        pace.onMedia();
        segments.flatMap(watch -> watch.onMedia(mediaBytes)).ifPresent(this::giveUp);
    }

    /**
     * Compares the run with the last inspection, a second ago.
     *
     * @param nowNanos the time
     * @param mediaTime how much media has arrived
     */
    void inspect(long nowNanos, Duration mediaTime) {
        if (ffmpeg.acceptedBytes() != acceptedBytes || waitingBytes() == 0) {
            acceptedBytes = ffmpeg.acceptedBytes();
            lastAcceptedNanos = nowNanos;
        }
        stalled |= nowNanos - lastAcceptedNanos >= rules.stallTimeout().toNanos();
        pace.inspect(nowNanos, progress(), plan.encoding().frameRate(), mediaTime, waitingBytes())
                .or(() -> pace.holding(nowNanos, writtenBytes(), ffmpeg.acceptedBytes()))
                .or(() -> segments.flatMap(watch -> watch.inspect(progress(), mediaTime)))
                .ifPresent(this::giveUp);
    }

    /** FFmpeg counts what it has written to a server, but not what it has written to a preview. */
    private OptionalLong writtenBytes() {
        return plan.rtmp().isPresent()
                ? OptionalLong.of(progress().totalSizeBytes().orElse(0))
                : OptionalLong.empty();
    }

    private void giveUp(Failure reason) {
        if (failure == null) {
            failure = reason;
        }
    }

    /** Whether FFmpeg has accepted nothing for too long although media waits. */
    boolean isStalled() {
        return stalled;
    }

    /** Why this output is given up; empty if it is not. */
    Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }
}
