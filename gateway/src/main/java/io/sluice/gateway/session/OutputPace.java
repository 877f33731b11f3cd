package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.run.FfmpegProgress;
import io.sluice.protocol.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Judges a stream by what comes out of it: media that arrives must lead to output, at a pace that keeps up, and to no
 * more output than there was media. Inspected once a second.
 *
 * <p>FFmpeg's output time alone does not show it: with a track that has fallen silent, 8.1 reports the time of that
 * track for ever, and 5.1 that of the other.
 */
final class OutputPace {

    /** FFmpeg that lags takes the media at less than this share of the speed at which it was recorded. */
    private static final double TOO_SLOW = 0.5;

    /** FFmpeg that copies writes what it takes within kilobytes, and encoders wait for a few pictures. */
    private static final long MAX_HELD_BYTES = 32L << 20;

    /** FFmpeg reports once a second, on a busy machine later. */
    private static final long REPORTED_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final Duration lagTimeout;
    private final Duration maxTimestampGap;

    private Output latest = new Output(Duration.ZERO, 0, 0);
    private long lastOutputNanos;
    private boolean mediaSinceOutput;
    private Duration offset = Duration.ZERO;
    private boolean hasOffset;

    /** Since when FFmpeg has been behind without a pause, and the media time then. */
    private long behindSinceNanos;

    private Duration behindSinceMedia = Duration.ZERO;

    private long lastWrittenBytes = -1;
    private long acceptedAtWriting;
    private long writtenNanos;

    private record Output(Duration time, long frames, long bytes) {

        static Output of(FfmpegProgress progress) {
            return new Output(
                    progress.outTime(),
                    progress.frames(),
                    progress.totalSizeBytes().orElse(0));
        }
    }

    /**
     * A stream that starts now.
     *
     * @param limits the limits
     * @param nowNanos the time, by {@link System#nanoTime()}
     */
    OutputPace(SessionLimits limits, long nowNanos) {
        this.lagTimeout = limits.pace().lagTimeout();
        this.maxTimestampGap = limits.pace().maxTimestampGap();
        this.lastOutputNanos = nowNanos;
        this.behindSinceNanos = nowNanos;
    }

    void onMedia() {
        mediaSinceOutput = true;
    }

    /** The client is back: the time that it was away does not count. */
    void restart(long nowNanos, Duration media) {
        lastOutputNanos = nowNanos;
        mediaSinceOutput = false;
        behindSinceNanos = nowNanos;
        behindSinceMedia = media;
        writtenNanos = nowNanos;
    }

    /**
     * Compares a stream with the last inspection.
     *
     * @param nowNanos the time
     * @param progress what FFmpeg reported last
     * @param frameRate the pictures per second that FFmpeg makes of those it decodes
     * @param media the media time that has arrived
     * @param waitingBytes what waits for FFmpeg
     * @return why the stream must end, or empty
     */
    Optional<Failure> inspect(
            long nowNanos, FfmpegProgress progress, double frameRate, Duration media, long waitingBytes) {
        return madeUp(progress, frameRate, media)
                .or(() -> standing(nowNanos, progress))
                .or(() -> behind(nowNanos, media, waitingBytes));
    }

    /**
     * Compares what FFmpeg has taken with what it has written. It holds back what it cannot interleave, for a track
     * that delivers nothing, and bounds that by timestamps only.
     *
     * @param nowNanos the time
     * @param writtenBytes what it has written; empty if it does not count that
     * @param acceptedBytes what it has taken
     * @return why the stream must end, or empty
     */
    Optional<Failure> holding(long nowNanos, OptionalLong writtenBytes, long acceptedBytes) {
        if (writtenBytes.isEmpty() || writtenBytes.getAsLong() != lastWrittenBytes) {
            lastWrittenBytes = writtenBytes.orElse(0);
            acceptedAtWriting = acceptedBytes;
            writtenNanos = nowNanos;
        }
        return acceptedBytes - acceptedAtWriting >= MAX_HELD_BYTES && nowNanos - writtenNanos >= REPORTED_NANOS
                ? Optional.of(SessionFailures.heldBack(MAX_HELD_BYTES))
                : Optional.empty();
    }

    private Optional<Failure> madeUp(FfmpegProgress progress, double frameRate, Duration media) {
        Duration out = progress.outTime();
        if (!hasOffset && !out.isZero()) {
            hasOffset = true;
            // A recording that does not start at zero.
            offset = out.compareTo(media) > 0 ? out.minus(media) : Duration.ZERO;
        }
        Duration repeated = Duration.ofMillis((long) (progress.duplicatedFrames() * 1_000 / frameRate));
        Duration limit = media.plus(maxTimestampGap);
        return out.minus(offset).compareTo(limit) > 0 || repeated.compareTo(limit) > 0
                ? Optional.of(SessionFailures.mediaMadeUp(media))
                : Optional.empty();
    }

    private Optional<Failure> standing(long nowNanos, FfmpegProgress progress) {
        Output now = Output.of(progress);
        if (!now.equals(latest)) {
            latest = now;
            lastOutputNanos = nowNanos;
            mediaSinceOutput = false;
        }
        return mediaSinceOutput && nowNanos - lastOutputNanos >= lagTimeout.toNanos()
                ? Optional.of(SessionFailures.noOutput(lagTimeout))
                : Optional.empty();
    }

    private Optional<Failure> behind(long nowNanos, Duration media, long waitingBytes) {
        Duration progressed = media.minus(behindSinceMedia);
        long passed = nowNanos - behindSinceNanos;
        if (waitingBytes == 0) {
            behindSinceNanos = nowNanos;
            behindSinceMedia = media;
        } else if (passed >= lagTimeout.toNanos()) {
            if (progressed.toMillis() < TimeUnit.NANOSECONDS.toMillis(passed) * TOO_SLOW) {
                return Optional.of(SessionFailures.tooSlow(lagTimeout));
            }
            behindSinceNanos = nowNanos;
            behindSinceMedia = media;
        }
        return Optional.empty();
    }
}
