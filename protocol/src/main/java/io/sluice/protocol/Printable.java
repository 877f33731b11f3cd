package io.sluice.protocol;

/** Text from outside, made fit for one line of a log or a message: printable ASCII, bounded. */
final class Printable {

    private static final int MAX_LENGTH = 48;

    private Printable() {}

    /** The character in single quotes, or its number (U+000A) where it is not printable ASCII. */
    static String character(int codePoint) {
        return isPrintable(codePoint) ? "'" + (char) codePoint + "'" : number(codePoint);
    }

    /** The text in double quotes, its beginning only where it is long. */
    static String text(String text) {
        StringBuilder line = new StringBuilder(MAX_LENGTH).append('"');
        text.codePoints().limit(MAX_LENGTH).forEach(codePoint -> {
            if (isPrintable(codePoint)) {
                line.append((char) codePoint);
            } else {
                line.append('<').append(number(codePoint)).append('>');
            }
        });
        boolean cut = text.codePointCount(0, text.length()) > MAX_LENGTH;
        return line.append(cut ? "…\"" : "\"").toString();
    }

    private static boolean isPrintable(int codePoint) {
        return codePoint >= ' ' && codePoint <= '~';
    }

    private static String number(int codePoint) {
        return String.format("U+%04X", codePoint);
    }
}
