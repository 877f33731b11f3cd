package io.sluice.gateway.ffmpeg.run;

import java.time.Duration;

/**
 * Resource limits of one FFmpeg process. Limits that the system does not support are skipped and logged at start; see
 * {@link ProcessLimits}.
 *
 * @param memoryBytes maximum memory that it can allocate, or 0 for no limit
 * @param niceness scheduling niceness, 0 (none) to 19
 * @param cpuTime CPU time after which it is ended
 * @param maxPixels maximum pixels of a picture, width times height
 */
public record FfmpegLimits(long memoryBytes, int niceness, Duration cpuTime, long maxPixels) {

    private static final long GIGABYTE = 1L << 30;

    /**
     * The defaults.
     *
     * @return limits that are sufficient for transcoding 4K video, which needs 400 to 760 MB (measured, FFmpeg 5.1 and
     *     8.1)
     */
    public static FfmpegLimits defaults() {
        return new FfmpegLimits(GIGABYTE, 5, Duration.ofDays(7), 4_096 * 2_304);
    }
}
