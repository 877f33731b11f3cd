package io.sluice.gateway.ffmpeg.run;

import io.sluice.protocol.Failure;
import java.util.Optional;

/**
 * How a stream's FFmpeg ended. Decided by what it reported and said, because its exit codes lie: garbage after a sound header exits
 * with 0.
 *
 * @param progress its last report
 * @param acceptedBytes the bytes that its standard input took
 * @param failure what went wrong, or empty if everything that came in went out
 */
public record FfmpegOutcome(FfmpegProgress progress, long acceptedBytes, Optional<Failure> failure) {

    /**
     * The same end in the gateway's own judgement.
     *
     * @param verdict replaces FFmpeg's account: who is killed complains
     * @return the outcome
     */
    public FfmpegOutcome judged(Optional<Failure> verdict) {
        return new FfmpegOutcome(progress, acceptedBytes, verdict);
    }
}
