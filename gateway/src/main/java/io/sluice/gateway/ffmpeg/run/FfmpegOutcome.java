package io.sluice.gateway.ffmpeg.run;

import io.sluice.protocol.Failure;
import java.util.Optional;

/**
 * How a run of FFmpeg ended. Based on its progress and messages, because its exit codes are unreliable: garbage after a
 * valid header exits with 0.
 *
 * @param progress its last report
 * @param acceptedBytes bytes written to its standard input
 * @param end why it ended
 * @param failure the failure, or empty if all media was delivered
 */
public record FfmpegOutcome(FfmpegProgress progress, long acceptedBytes, RunEnd end, Optional<Failure> failure) {

    /**
     * The outcome of a run that could not be waited for.
     *
     * @param progress its last report
     * @param acceptedBytes bytes written to its standard input
     * @return an outcome without a failure
     */
    public static FfmpegOutcome unknown(FfmpegProgress progress, long acceptedBytes) {
        return new FfmpegOutcome(progress, acceptedBytes, RunEnd.COMPLETED, Optional.empty());
    }
}
