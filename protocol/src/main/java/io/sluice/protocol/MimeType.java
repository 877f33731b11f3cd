package io.sluice.protocol;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed MIME type: the grammar of RFC 2045, plus two extensions that browsers use: an unquoted value may contain
 * commas and spaces ({@code codecs=vp8,opus}), and a parameter may be empty ({@code video/webm;}).
 *
 * @param type in lower case
 * @param subtype in lower case
 * @param parameters names in lower case, values unquoted
 */
record MimeType(String type, String subtype, Map<String, String> parameters) {

    static Result<MimeType> parse(String text) {
        return new Parser(text).parse();
    }

    private static final class Parser {
        private final String text;
        private final Map<String, String> parameters = new LinkedHashMap<>();
        private int position;

        Parser(String text) {
            this.text = text;
        }

        Result<MimeType> parse() {
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if ((c < ' ' && c != '\t') || c > '~') {
                    return refused(
                            "has " + PrintableText.quoteCharacter(text.codePointAt(i)) + " at position " + (i + 1));
                }
            }
            String essence = until(';').strip().toLowerCase(Locale.ROOT);
            int slash = essence.indexOf('/');
            if (slash < 0 || !isToken(essence.substring(0, slash)) || !isToken(essence.substring(slash + 1))) {
                return refused("does not start with a type such as video/webm");
            }
            while (position < text.length()) {
                position++;
                String problem = parameter();
                if (problem != null) {
                    return refused(problem);
                }
            }
            return Result.ok(
                    new MimeType(essence.substring(0, slash), essence.substring(slash + 1), Map.copyOf(parameters)));
        }

        /** Reads up to the next semicolon or the end. Returns the problem, or null. */
        private @Nullable String parameter() {
            int start = position;
            int equals = text.indexOf('=', start);
            int semicolon = text.indexOf(';', start);
            if (equals < 0 || (semicolon >= 0 && semicolon < equals)) {
                String name = until(';').strip();
                return name.isEmpty() ? null : "has a parameter without a value";
            }
            String name = text.substring(start, equals).strip().toLowerCase(Locale.ROOT);
            if (!isToken(name)) {
                return "has a parameter with an invalid name";
            }
            position = equals + 1;
            skipSpace();
            boolean quoted = position < text.length() && text.charAt(position) == '"';
            StringBuilder value = new StringBuilder();
            String problem = quoted ? quotedValue(value) : plainValue(value);
            if (problem == null && parameters.putIfAbsent(name, value.toString()) != null) {
                return "has the same parameter twice";
            }
            return problem;
        }

        private @Nullable String plainValue(StringBuilder value) {
            String plain = until(';').strip();
            value.append(plain);
            return plain.indexOf('"') >= 0 ? "has a quotation mark in the middle of a value" : null;
        }

        private @Nullable String quotedValue(StringBuilder value) {
            position++;
            while (position < text.length() && text.charAt(position) != '"') {
                if (text.charAt(position) == '\\') {
                    position++;
                }
                if (position < text.length()) {
                    value.append(text.charAt(position++));
                }
            }
            if (position >= text.length()) {
                return "has an unclosed quotation mark";
            }
            position++;
            return until(';').isBlank() ? null : "has text after the closing quotation mark";
        }

        private String until(char end) {
            int start = position;
            int found = text.indexOf(end, start);
            position = found < 0 ? text.length() : found;
            return text.substring(start, position);
        }

        private void skipSpace() {
            while (position < text.length() && (text.charAt(position) == ' ' || text.charAt(position) == '\t')) {
                position++;
            }
        }

        private Result<MimeType> refused(String problem) {
            // Text without a slash is not a media type at all and might be a misplaced stream key.
            String quoted = text.indexOf('/') < 0 ? "" : PrintableText.quote(text) + " ";
            return Result.refused(
                    FailureCode.UNSUPPORTED_OFFER,
                    "The media type " + quoted + problem + "; write it like video/webm;codecs=\"vp8,opus\".");
        }
    }

    /** RFC 2045: printable ASCII without space and tspecials. */
    private static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c > ' ' && c <= '~' && "()<>@,;:\\\"/[]?=".indexOf(c) < 0);
    }
}
