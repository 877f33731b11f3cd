package io.sluice.gateway.ffmpeg.run;

import java.time.Duration;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What FFmpeg reports of itself about once a second, and once more at its end. What it does not know yet is empty.
 *
 * @param frames video frames written so far; 0 in audio-only streams
 * @param framesPerSecond average since the start
 * @param bitsPerSecond average since the start, of the first output
 * @param totalSizeBytes written to the first output so far
 * @param outTime the latest timestamp written; never negative
 * @param droppedFrames frames left out to keep the frame rate
 * @param duplicatedFrames frames repeated to keep the frame rate
 * @param speed how much faster than real time it runs, averaged; about 1 in a live stream, less if it cannot keep up
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

    /** Whether anything at all has come out. */
    boolean showsOutput() {
        return frames > 0 || outTime.compareTo(Duration.ZERO) > 0;
    }
}
