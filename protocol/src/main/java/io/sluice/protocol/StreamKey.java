package io.sluice.protocol;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The name and the secret of a stream: anyone who knows it can publish under it. Immutable, and redacted wherever it is
 * printed; only {@link #value()} reveals it.
 *
 * <p>The allowed characters are those that the keys of real platforms use and that have no special meaning in a shell,
 * a log line, a playlist or a path: no slash, backslash, percent sign, space, control character, quote, bracket or
 * pipe, and only ASCII. A key can therefore be appended to a URL <em>prefix</em> without escaping. It is not safe as a
 * complete URL or file name: FFmpeg would read {@code concat:x} as a protocol and {@code -x} as an option, so never
 * pass a bare key as an argument.
 *
 * <p>Several keys can name one stream: an RTMP server ignores what follows a question mark. What is counted, leased,
 * found or ended per stream therefore goes by the {@link #identity()}; what is checked is the whole key.
 */
public final class StreamKey {

    /** The maximum length of a key, in characters; signed tokens have several hundred. */
    public static final int MAX_LENGTH = 512;

    private static final String PUNCTUATION = "-_.~+:?=&";
    private static final int PREFIX_LENGTH = 4;
    private static final int MIN_LENGTH_FOR_PREFIX = 16;

    /** FFmpeg reads the application and the stream's name from this parameter, wherever it is in a URL. */
    private static final String OPTION = "slist=";

    /** What names the container for RTMP servers and is no part of a stream's name. */
    private static final Pattern TYPE_PREFIX =
            Pattern.compile("^(?:(?:flv|mp4|mp3|id3|raw):)+", Pattern.CASE_INSENSITIVE);

    /** Where parameters start. Some servers (SRS) also take {@code ...vhost...} for a question mark. */
    private static final Pattern PARAMETERS = Pattern.compile("(?:\\?|\\.\\.\\.).*$");

    private final String value;

    private StreamKey(String value) {
        this.value = value;
    }

    /**
     * Validates a key from outside.
     *
     * @param text the key, already decoded (percent-encoding, JSON)
     * @return the key, or {@link FailureCode#INVALID_STREAM_KEY} with a message that names the first invalid character
     *     and its position, counted from 1, and does not repeat the key
     */
    public static Result<StreamKey> parse(String text) {
        if (text.isEmpty()) {
            return refused("The stream key is empty; specify the key to publish under.");
        }
        if (text.length() > MAX_LENGTH) {
            return refused("The stream key has " + text.length() + " characters; the maximum is " + MAX_LENGTH + ".");
        }
        if (text.charAt(0) == '.') {
            return refused("The stream key must not start with '.'.");
        }
        for (int i = 0; i < text.length(); i++) {
            if (!isAllowed(text.charAt(i))) {
                return refused(
                        "The stream key has " + PrintableText.quoteCharacter(text.codePointAt(i)) + " at position "
                                + (i + 1) + "; only ASCII letters, digits and " + PUNCTUATION + " are allowed.");
            }
        }
        if (text.toLowerCase(Locale.ROOT).contains(OPTION)) {
            return refused("The stream key must not contain '" + OPTION + "': it would change the RTMP application.");
        }
        if (identityOf(text).isEmpty()) {
            return refused("The stream key has no name before its parameters; start it with the name.");
        }
        return Result.ok(new StreamKey(text));
    }

    private static String identityOf(String text) {
        String withoutParameters = PARAMETERS.matcher(text).replaceFirst("");
        return TYPE_PREFIX.matcher(withoutParameters).replaceFirst("");
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
     * The secret itself. Keep it out of logs, metrics and responses.
     *
     * @return from 1 to {@value #MAX_LENGTH} characters
     */
    public String value() {
        return value;
    }

    /**
     * The name of the stream that an RTMP server publishes under this key: without the parameters after a question
     * mark, and without a prefix such as {@code mp4:}. Keys with the same identity are the same stream, of which there
     * can be one at a time.
     *
     * @return a key of which each name of the stream has the same
     */
    public StreamKey identity() {
        String identity = identityOf(value);
        return identity.length() == value.length() ? this : new StreamKey(identity);
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
     * A redacted form for logs.
     *
     * @return the first characters of a long key and an ellipsis, or only the ellipsis for a short one
     */
    @Override
    public String toString() {
        return value.length() < MIN_LENGTH_FOR_PREFIX ? "…" : value.substring(0, PREFIX_LENGTH) + "…";
    }
}
