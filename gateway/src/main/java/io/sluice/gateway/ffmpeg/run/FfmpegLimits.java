package io.sluice.gateway.ffmpeg.run;

import java.time.Duration;

/**
 * What one FFmpeg may use, and how large a picture it may be given. Limits that the system cannot set are left out, and said so at
 * start; see {@link ProcessLimits}.
 *
 * @param memoryBytes memory that it may allocate, or 0 for as much as it likes
 * @param niceness how far it steps back behind others for the processor, 0 (not at all) to 19
 * @param cpuTime processor time after which it is ended
 * @param maxPixels pixels of a picture, width times height, that it may be given
 */
public record FfmpegLimits(long memoryBytes, int niceness, Duration cpuTime, long maxPixels) {

    private static final long GIGABYTE = 1L << 30;

    /**
     * The defaults.
     *
     * @return limits that leave room for decoding 4K video and encoding it again, which takes 400 to 760 MB (measured, FFmpeg 5.1 and 8.1)
     */
    public static FfmpegLimits defaults() {
        return new FfmpegLimits(GIGABYTE, 5, Duration.ofDays(7), 4_096 * 2_304);
    }
}
