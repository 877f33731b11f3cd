package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.output.Output;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Removes a stream's secrets from text: its key, and everything in its output URLs except scheme, host and port.
 * Thread-safe.
 *
 * <p>FFmpeg prints a URL in full, or only its last part, or split into application and play path, or truncated at the
 * end of a long line; and a key may appear percent-encoded in one place and decoded in another. All of these are
 * covered.
 */
class Redactor {

    private static final String MARK = "…";

    /** Shorter secrets occur in ordinary words and are removed only as separate words. */
    private static final int DISTINCTIVE_LENGTH = 4;

    /** From this length on, the start of a secret at the end of a truncated line is removed. */
    private static final int CUT_LENGTH = 6;

    private static final Pattern CREDENTIALS = Pattern.compile("(?<=://)[^/@\\s]+@");

    private final List<String> urls;
    private final List<String> secrets;

    /**
     * Compiled on first use, because most runs print nothing. Two threads may both compile them, with the same result.
     */
    private volatile @Nullable List<Pattern> patterns;

    /**
     * Creates a redactor for one stream.
     *
     * @param secrets the stream key and anything else that must not appear; empty strings are ignored
     * @param outputs the stream's outputs
     */
    Redactor(Collection<String> secrets, Collection<? extends Output> outputs) {
        Set<String> found = new LinkedHashSet<>();
        Set<String> whole = new LinkedHashSet<>();
        secrets.forEach(secret -> addForms(found, secret));
        for (Output output : outputs) {
            if (output instanceof Output.RtmpOutput rtmp) {
                whole.add(rtmp.url());
                addPartsOf(rtmp.url(), found);
            } else if (output instanceof Output.HlsOutput hls) {
                addForms(found, hls.directory().toString());
            }
        }
        Comparator<String> longestFirst = Comparator.comparing(String::length, Comparator.reverseOrder());
        this.urls = whole.stream().sorted(longestFirst).toList();
        this.secrets = found.stream().sorted(longestFirst).toList();
    }

    /**
     * Redacts one line.
     *
     * @param line any text
     * @return the text with each secret replaced by {@code …}
     */
    String redact(String line) {
        String clean = line;
        for (String url : urls) {
            clean = clean.replace(url, Output.RtmpOutput.redacted(url));
        }
        clean = CREDENTIALS.matcher(clean).replaceAll(MARK + "@");
        for (Pattern pattern : patterns()) {
            clean = pattern.matcher(clean).replaceAll(MARK);
        }
        return withoutCutSecret(clean);
    }

    private List<Pattern> patterns() {
        List<Pattern> compiled = patterns;
        if (compiled == null) {
            compiled = secrets.stream().map(Redactor::anyFormOf).toList();
            patterns = compiled;
        }
        return compiled;
    }

    private String withoutCutSecret(String line) {
        for (String secret : secrets) {
            for (int length = Math.min(secret.length() - 1, line.length()); length >= CUT_LENGTH; length--) {
                if (line.regionMatches(true, line.length() - length, secret, 0, length)) {
                    return line.substring(0, line.length() - length) + MARK;
                }
            }
        }
        return line;
    }

    /** Everything after the application, whole and in parts, and credentials before the host. */
    private static void addPartsOf(String url, Set<String> found) {
        String rest = url.substring(url.indexOf("://") + 3);
        int path = rest.indexOf('/');
        String authority = path < 0 ? rest : rest.substring(0, path);
        int at = authority.lastIndexOf('@');
        if (at >= 0) {
            String userInfo = authority.substring(0, at);
            addForms(found, userInfo);
            // The user, then the password if there is one.
            int colon = userInfo.indexOf(':');
            addForms(found, colon < 0 ? userInfo : userInfo.substring(0, colon));
            addForms(found, userInfo.substring(colon + 1));
        }
        if (path < 0) {
            return;
        }
        String pathAndQuery = rest.substring(path + 1);
        int query = pathAndQuery.indexOf('?');
        String withoutQuery = query < 0 ? pathAndQuery : pathAndQuery.substring(0, query);
        int application = withoutQuery.indexOf('/');
        if (application >= 0) {
            addForms(found, pathAndQuery.substring(application + 1));
            addForms(found, withoutQuery.substring(application + 1));
            addForms(found, withoutQuery.substring(withoutQuery.lastIndexOf('/') + 1));
            addForms(found, pathAndQuery.substring(withoutQuery.lastIndexOf('/') + 1));
        }
        if (query >= 0) {
            addForms(found, pathAndQuery.substring(query + 1));
            for (String parameter : pathAndQuery.substring(query + 1).split("&", -1)) {
                addForms(found, parameter.substring(parameter.indexOf('=') + 1));
            }
        }
    }

    private static void addForms(Set<String> found, String secret) {
        if (secret.isBlank()) {
            return;
        }
        found.add(secret);
        try {
            // Unlike form decoding, a plus must not become a space.
            found.add(URLDecoder.decode(secret.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // A stray percent sign: it was not encoded, so there is nothing to decode.
        }
    }

    /** Each character may be literal or percent-encoded, independent of the others. */
    private static Pattern anyFormOf(String secret) {
        StringBuilder regex = new StringBuilder();
        secret.codePoints().forEach(c -> {
            String character = Character.toString(c);
            regex.append("(?:").append(Pattern.quote(character)).append('|');
            for (byte b : character.getBytes(StandardCharsets.UTF_8)) {
                regex.append(String.format("%%%02x", b));
            }
            regex.append(')');
        });
        String distinct = secret.length() < DISTINCTIVE_LENGTH ? "(?<![A-Za-z0-9])%s(?![A-Za-z0-9])" : "%s";
        return Pattern.compile(distinct.replace("%s", regex), Pattern.CASE_INSENSITIVE);
    }
}
