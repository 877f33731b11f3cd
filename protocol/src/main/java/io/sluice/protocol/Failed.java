package io.sluice.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The stream was refused or failed. The gateway closes with the failure code's close code next.
 *
 * @param code the kind of failure
 * @param message what happened and what to do, for a human; never contains a complete stream key
 * @param retryAfterMs the minimum wait before a retry, in milliseconds; null if unknown
 * @param retryable whether the same request can succeed later
 */
public record Failed(
        FailureCode code, String message, @Nullable Integer retryAfterMs, boolean retryable) implements ServerMessage {

    /**
     * Creates a message about a failure that can be retried if its code says so.
     *
     * @param code the kind of failure
     * @param message what happened and what to do
     * @param retryAfterMs the minimum wait before a retry, in milliseconds; null if unknown
     */
    public Failed(FailureCode code, String message, @Nullable Integer retryAfterMs) {
        this(code, message, retryAfterMs, code.retryable());
    }

    /**
     * Creates the message for a failure.
     *
     * @param failure the failure to report
     * @return the message
     */
    public static Failed of(Failure failure) {
        Duration retryAfter = failure.retryAfter();
        return new Failed(
                failure.code(),
                failure.message(),
                retryAfter == null ? null : (int) Math.min(Integer.MAX_VALUE, Math.max(1, retryAfter.toMillis())),
                failure.retryable());
    }

    /**
     * The failure that this message reports.
     *
     * @return the failure as a value
     */
    public Failure failure() {
        return new Failure(code, message, retryAfterMs == null ? null : Duration.ofMillis(retryAfterMs), retryable);
    }

    @Override
    public String type() {
        return "failed";
    }
}
