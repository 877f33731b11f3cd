package io.sluice.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why something was refused or failed, as a value.
 *
 * @param code the kind of failure; programs decide by this alone
 * @param message what happened and what to do, for a human; never contains a complete stream key
 * @param retryAfter the minimum wait before a retry; null if unknown
 * @param retryable whether the same request can succeed later; as the code says unless this failure is known better
 */
public record Failure(
        FailureCode code, String message, @Nullable Duration retryAfter, boolean retryable) {

    /** The space that RFC 6455 leaves for the reason in a close frame: 125 bytes of payload, minus 2 for the code. */
    private static final int MAX_CLOSE_REASON_BYTES = 123;

    /**
     * A failure that can be retried if its code says so.
     *
     * @param code the kind of failure
     * @param message what happened and what to do
     * @param retryAfter the minimum wait before a retry; null if unknown
     */
    public Failure(FailureCode code, String message, @Nullable Duration retryAfter) {
        this(code, message, retryAfter, code.retryable());
    }

    /**
     * A failure without a known time for a retry.
     *
     * @param code the kind of failure
     * @param message what happened and what to do
     */
    public Failure(FailureCode code, String message) {
        this(code, message, null);
    }

    /**
     * This failure, for which a retry is known not to help although its code says that it may.
     *
     * @return the failure
     */
    public Failure notRetryable() {
        return new Failure(code, message, null, false);
    }

    /**
     * The reason text of the close frame, the only text that a client without the subprotocol receives: the code's
     * reason, a colon and the message, truncated between two characters to fit.
     *
     * @return at most 123 bytes of UTF-8
     */
    public String closeReason() {
        String text = code.reason() + ": " + message;
        int end = 0;
        int bytes = 0;
        while (end < text.length()) {
            int codePoint = text.codePointAt(end);
            bytes += utf8Bytes(codePoint);
            if (bytes > MAX_CLOSE_REASON_BYTES) {
                break;
            }
            end += Character.charCount(codePoint);
        }
        return text.substring(0, end);
    }

    private static int utf8Bytes(int codePoint) {
        if (codePoint < 0x80) {
            return 1;
        }
        if (codePoint < 0x800) {
            return 2;
        }
        return codePoint < 0x10000 ? 3 : 4;
    }
}
