package io.sluice.gateway.ffmpeg.run;

/** Whether FFmpeg has printed a line before, with other numbers. Each line is compared with dozens, so this is fast. */
final class RepeatedLine {

    private RepeatedLine() {}

    /** Compares two lines, taking any two decimal or hexadecimal numbers for equal. */
    static boolean differOnlyInNumbers(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            char c = a.charAt(i);
            char d = b.charAt(j);
            if (isDigit(c) && isDigit(d)) {
                i = numberEnd(a, i);
                j = numberEnd(b, j);
            } else if (c == d) {
                i++;
                j++;
            } else {
                return false;
            }
        }
        return i == a.length() && j == b.length();
    }

    private static int numberEnd(String text, int start) {
        boolean isHexadecimal = text.startsWith("0x", start);
        int end = isHexadecimal ? start + 2 : start;
        while (end < text.length()
                && (isDigit(text.charAt(end)) || (isHexadecimal && isHexadecimalLetter(text.charAt(end))))) {
            end++;
        }
        return end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isHexadecimalLetter(char c) {
        return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }
}
