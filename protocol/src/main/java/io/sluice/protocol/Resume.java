package io.sluice.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The client's first message on a connection that continues a stream, in place of {@link Open}. Positions count media
 * bytes from the first byte of the recording.
 *
 * @param sessionId the stream to continue
 * @param token the secret from {@link ResumeGrant}
 * @param keptFromByte the position of the first byte that the client still has, at most {@value #MAX_POSITION}
 * @param sentBytes how much it has sent so far, at most {@value #MAX_POSITION}; a gateway may have received less
 * @param mimeType the type that is being recorded; null if unknown
 * @param open how to begin anew if there is no stream to continue; null if the client would rather be refused
 */
public record Resume(
        String sessionId,
        String token,
        long keptFromByte,
        long sentBytes,
        @Nullable String mimeType,
        @Nullable Open open)
        implements ClientMessage {

    /** The largest position: the largest whole number that JavaScript counts exactly. */
    public static final long MAX_POSITION = (1L << 53) - 1;

    @Override
    public String type() {
        return "resume";
    }

    /**
     * A form for logs: without the token, and with the key redacted.
     *
     * @return the other components
     */
    @Override
    public String toString() {
        return "Resume[sessionId=" + sessionId + ", keptFromByte=" + keptFromByte + ", sentBytes=" + sentBytes
                + ", mimeType=" + mimeType + ", open=" + open + "]";
    }
}
