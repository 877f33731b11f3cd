package io.sluice.gateway.server;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Removes from a line of the log what looks like a secret, without knowing any: parameters with a telling name,
 * credentials, the end of RTMP URLs, the keys of viewers' paths. Also characters that control a terminal.
 */
final class LogRedaction {

    /** Bounds the work per line. */
    private static final int MAX_LENGTH = 16_384;

    private record Rule(Pattern pattern, String replacement) {}

    private static final List<Rule> RULES = List.of(
            rule("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\\n\\t\\r]]", " "),
            rule(
                    "(?i)\\b((?:stream_?-?key|(?:access_|id_)?token|password|passwd|secret|signature|api_?key)"
                            + "(?:=|%3D|[\"']?\\s*:\\s*[\"']))[^\\s&\"'<>]+",
                    "$1…"),
            rule("(?i)([?&](?:key|auth|sign|psk|jwt)=)[^\\s&\"'<>]+", "$1…"),
            rule("(?i)\\b((?:Bearer|Basic)\\s+)[A-Za-z0-9._~+/=-]{8,}", "$1…"),
            rule("(://)[^/@\\s\"']+@", "$1…@"),
            // A path with the placeholder is the operator's template, and not secret.
            rule(
                    "(?i)\\b(rtmps?://[^/\\s\"'?]*+(?:/[^/\\s\"'?]*+)?+)[/?](?!\\{streamKey\\}(?:[\\s,]|$))[^\\s\"']+",
                    "$1/…"),
            rule("(/watch/)[^\\s/\"'?]+", "$1…"));

    private LogRedaction() {}

    private static Rule rule(String regex, String replacement) {
        return new Rule(Pattern.compile(regex), replacement);
    }

    static String redact(String text) {
        String clean = text.length() > MAX_LENGTH ? text.substring(0, MAX_LENGTH) + "…" : text;
        for (Rule rule : RULES) {
            clean = rule.pattern().matcher(clean).replaceAll(rule.replacement());
        }
        return clean;
    }

    static @Nullable String redactNullable(@Nullable String text) {
        return text == null ? null : redact(text);
    }
}
