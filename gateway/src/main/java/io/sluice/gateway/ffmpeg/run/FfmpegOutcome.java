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
     * This outcome with another failure.
     *
     * @param cause replaces FFmpeg's own failure, which is misleading if the gateway killed it
     * @return the outcome
     */
    public FfmpegOutcome withFailure(Optional<Failure> cause) {
        return new FfmpegOutcome(progress, acceptedBytes, end, cause);
    }
}
