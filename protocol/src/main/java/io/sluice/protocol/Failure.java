package io.sluice.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Why something was refused or ended badly, as a value.
 *
 * @param code what kind of failure it is; programs decide by this alone
 * @param message what was wrong and what to do, in words for a human; never contains a whole stream key
 * @param retryAfter how long to wait at least before trying again, where that is known; null otherwise
 */
public record Failure(
        FailureCode code, String message, @Nullable Duration retryAfter) {

    /** The most that RFC 6455 leaves for the reason in a close frame: 125 bytes of payload less 2 for the code. */
    private static final int MAX_CLOSE_REASON_BYTES = 123;

    /**
     * Of which nobody knows when it will have passed.
     *
     * @param code what kind of failure it is
     * @param message what was wrong and what to do
     */
    public Failure(FailureCode code, String message) {
        this(code, message, null);
    }

    /**
     * The text of the close frame, which is all that a client without the subprotocol gets to read: the reason, a colon
     * and the message, cut between two characters to fit.
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
