package io.sluice.gateway.ffmpeg.run;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * FFmpeg's progress report, sent about once a second and once more at the end. Unknown values are empty.
 *
 * @param frames video frames written so far; 0 in audio-only streams
 * @param framesPerSecond average since the start
 * @param bitsPerSecond average since the start, of the first output
 * @param totalSizeBytes written to the first output so far
 * @param outTime the latest timestamp written; never negative
 * @param droppedFrames frames dropped to keep the frame rate
 * @param duplicatedFrames frames repeated to keep the frame rate
 * @param speed speed relative to real time, averaged; about 1 in a live stream, less if it cannot keep up
 * @param end whether this is the last report
 */
public record FfmpegProgress(
        long frames,
        OptionalDouble framesPerSecond,
        OptionalDouble bitsPerSecond,
        OptionalLong totalSizeBytes,
        Duration outTime,
        long droppedFrames,
        long duplicatedFrames,
        OptionalDouble speed,
        boolean end) {

    /** Before the first report. */
    public static final FfmpegProgress NONE = new FfmpegProgress(
            0,
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalLong.empty(),
            Duration.ZERO,
            0,
            0,
            OptionalDouble.empty(),
            false);

    /**
     * The same report of a run that continued an output.
     *
     * @param before how far the output had come before
     * @return the report with the time of the whole output
     */
    public FfmpegProgress after(Duration before) {
        return new FfmpegProgress(
                frames,
                framesPerSecond,
                bitsPerSecond,
                totalSizeBytes,
                outTime.plus(before),
                droppedFrames,
                duplicatedFrames,
                speed,
                end);
    }

    /** Whether it has written any media. */
    boolean hasOutput() {
        return frames > 0 || outTime.compareTo(Duration.ZERO) > 0;
    }
}
