package io.sluice.gateway.session;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import java.time.Duration;
import java.util.Optional;

/** Detects that the client of a live stream sends nothing. Inspected once a second. */
final class MediaTimeout {

    private final SessionLimits limits;
    private long lastMediaNanos;
    private boolean mediaSeen;

    MediaTimeout(SessionLimits limits, long nowNanos) {
        this.limits = limits;
        this.lastMediaNanos = nowNanos;
    }

    void onMedia(long nowNanos) {
        lastMediaNanos = nowNanos;
        mediaSeen = true;
    }

    /** The client is back: the time that it was away does not count. */
    void restart(long nowNanos) {
        lastMediaNanos = nowNanos;
    }

    /**
     * Compares a stream with the last inspection.
     *
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @param waiting the bytes that wait for an output
     * @return the stall, or empty
     */
    Optional<Failure> inspect(long nowNanos, long waiting) {
        Duration patience = mediaSeen ? limits.timeouts().media() : limits.firstMediaTimeout();
        if (waiting == 0 && nowNanos - lastMediaNanos >= patience.toNanos()) {
            return Optional.of(noMedia(patience));
        }
        return Optional.empty();
    }

    /** The refusal of a client that has not sent enough to show what it sends. */
    static <T> Result<T> noHeader(SessionLimits limits) {
        return new Result.Refused<>(noMedia(limits.firstMediaTimeout()));
    }

    private static Failure noMedia(Duration time) {
        return new Failure(
                FailureCode.MEDIA_TIMEOUT,
                "No media arrived for " + time.toSeconds()
                        + " s: check that the recorder is running, and go live again.");
    }
}
