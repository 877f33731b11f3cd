package io.sluice.gateway.session;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import java.util.Optional;

/** Notices that a live stream has stopped to move: either FFmpeg takes nothing, or the client sends nothing. Looked at once a second. */
final class StallDetector {

    private final SessionLimits limits;
    private long acceptedBytes;
    private long lastAcceptedNanos;
    private long lastMediaNanos;

    StallDetector(SessionLimits limits, long nowNanos) {
        this.limits = limits;
        this.lastAcceptedNanos = nowNanos;
        this.lastMediaNanos = nowNanos;
    }

    void mediaCame(long nowNanos) {
        lastMediaNanos = nowNanos;
    }

    /**
     * Looks at a stream.
     *
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @param accepted the bytes that FFmpeg has taken
     * @param waiting the bytes that wait for it
     * @return what is wrong, or empty
     */
    Optional<Failure> check(long nowNanos, long accepted, long waiting) {
        if (accepted != acceptedBytes || waiting == 0) {
            acceptedBytes = accepted;
            lastAcceptedNanos = nowNanos;
        }
        if (nowNanos - lastAcceptedNanos >= limits.stallTimeout().toNanos()) {
            return Optional.of(new Failure(
                    FailureCode.STREAM_STALLED,
                    "FFmpeg has taken nothing for " + limits.stallTimeout().toSeconds()
                            + " s: its output does not accept the stream, or the machine is too slow. Go live again."));
        }
        if (waiting == 0 && nowNanos - lastMediaNanos >= limits.mediaTimeout().toNanos()) {
            return Optional.of(mediaTimedOut(limits));
        }
        return Optional.empty();
    }

    /** The verdict on a client that has not sent enough to tell what it is. */
    static <T> Result<T> noMedia(SessionLimits limits) {
        return new Result.Refused<>(mediaTimedOut(limits));
    }

    private static Failure mediaTimedOut(SessionLimits limits) {
        return new Failure(
                FailureCode.MEDIA_TIMEOUT,
                "No media came for " + limits.mediaTimeout().toSeconds()
                        + " s: check that the recorder still runs, and go live again.");
    }
}
