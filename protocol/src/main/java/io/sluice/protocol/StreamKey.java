package io.sluice.protocol;

/**
 * The name and the secret of a stream: whoever knows it may publish under it. Immutable, and redacted wherever it is
 * printed; only {@link #value()} gives it away.
 *
 * <p>The characters are those that the keys of real platforms use and that mean nothing to a shell, a log line, a
 * playlist, or a path: no slash, no backslash, no percent sign, no space or control character, no quote, no bracket, no
 * bar, nothing beyond ASCII. So a key can stand as it is in a URL <em>behind its prefix</em>. It is no whole URL or file
 * name: FFmpeg would take {@code concat:x} for a protocol and {@code -x} for an option, so never pass a bare key as an
 * argument.
 */
public final class StreamKey {

    /** The longest key, in characters; signed tokens run to some hundreds. */
    public static final int MAX_LENGTH = 512;

    private static final String PUNCTUATION = "-_.~+:?=&";
    private static final int REDACTION_SHOWS = 4;
    private static final int REDACTION_SHOWS_FROM_LENGTH = 16;

    private final String value;

    private StreamKey(String value) {
        this.value = value;
    }

    /**
     * Checks a key from outside.
     *
     * @param text the key, already decoded from where it stood (percent-encoding, JSON)
     * @return the key, or {@link FailureCode#INVALID_STREAM_KEY} with words that name the first wrong character and its
     *     position, counted from 1, and that do not repeat the key
     */
    public static Result<StreamKey> parse(String text) {
        if (text.isEmpty()) {
            return refused("The stream key is empty: give the key under which to publish.");
        }
        if (text.length() > MAX_LENGTH) {
            return refused("The stream key has " + text.length() + " characters; " + MAX_LENGTH
                    + " are the most it may have.");
        }
        if (text.charAt(0) == '.') {
            return refused("The stream key must not start with '.'.");
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isAllowed(text.charAt(i))) {
                return refused("The stream key has " + Printable.character(text.codePointAt(i)) + " at position "
                        + (i + 1) + "; only ASCII letters, digits and " + PUNCTUATION + " may stand in a key.");
            }
        }
        return Result.ok(new StreamKey(text));
    }

    private static boolean isAllowed(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || PUNCTUATION.indexOf(c) >= 0;
    }

    private static Result<StreamKey> refused(String message) {
        return Result.refused(FailureCode.INVALID_STREAM_KEY, message);
    }

    /**
     * The secret itself. Keep it out of logs, metrics and answers.
     *
     * @return from 1 to {@value #MAX_LENGTH} characters
     */
    public String value() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StreamKey key && key.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /**
     * A redacted form that is fit for logs.
     *
     * @return the first characters of a long key and an ellipsis, or the ellipsis alone for a short one
     */
    @Override
    public String toString() {
        return value.length() < REDACTION_SHOWS_FROM_LENGTH ? "…" : value.substring(0, REDACTION_SHOWS) + "…";
    }
}
