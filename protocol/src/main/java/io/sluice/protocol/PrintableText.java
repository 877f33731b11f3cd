package io.sluice.protocol;

/** Quotes untrusted text for one line of a log or message: printable ASCII only, bounded in length. */
final class PrintableText {

    private static final int MAX_LENGTH = 48;

    private PrintableText() {}

    /** The character in single quotes, or as a code point (U+000A) if it is not printable ASCII. */
    static String quoteCharacter(int codePoint) {
        return isPrintable(codePoint) ? "'" + (char) codePoint + "'" : hex(codePoint);
    }

    /** The text in double quotes, truncated if it is long. */
    static String quote(String text) {
        StringBuilder line = new StringBuilder(MAX_LENGTH).append('"');
        text.codePoints().limit(MAX_LENGTH).forEach(codePoint -> {
            if (isPrintable(codePoint)) {
                line.append((char) codePoint);
            } else {
                line.append('<').append(hex(codePoint)).append('>');
            }
        });
        boolean cut = text.codePointCount(0, text.length()) > MAX_LENGTH;
        return line.append(cut ? "…\"" : "\"").toString();
    }

    private static boolean isPrintable(int codePoint) {
        return codePoint >= ' ' && codePoint <= '~';
    }

    private static String hex(int codePoint) {
        return String.format("U+%04X", codePoint);
    }
}
