package io.sluice.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The stream was refused or broke. The gateway closes with the code's close code next.
 *
 * @param code what kind of failure it is
 * @param message what was wrong and what to do, in words for a human; never contains a whole stream key
 * @param retryAfterMs how long to wait at least before trying again, in milliseconds, where that is known; null otherwise
 */
public record Failed(
        FailureCode code, String message, @Nullable Integer retryAfterMs) implements ServerMessage {

    /**
     * Makes a message of a failure.
     *
     * @param failure what to tell
     * @return the same, as a message
     */
    public static Failed of(Failure failure) {
        Duration retryAfter = failure.retryAfter();
        return new Failed(
                failure.code(),
                failure.message(),
                retryAfter == null ? null : (int) Math.min(Integer.MAX_VALUE, Math.max(1, retryAfter.toMillis())));
    }

    /**
     * The failure that this message tells of.
     *
     * @return the same, as a value
     */
    public Failure failure() {
        return new Failure(code, message, retryAfterMs == null ? null : Duration.ofMillis(retryAfterMs));
    }

    @Override
    public String type() {
        return "failed";
    }
}
