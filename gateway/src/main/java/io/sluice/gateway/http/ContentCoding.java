package io.sluice.gateway.http;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The content codings (RFC 9110, 8.4.1) in which assets are served, smallest result first. */
enum ContentCoding {
    BROTLI("br", ".br"),
    GZIP("gzip", ".gz"),
    IDENTITY("identity", "");

    /** Clients accept {@code identity} unless they exclude it, but prefer the codings that they name. */
    private static final double UNNAMED_IDENTITY = 0.0001;

    private final String token;
    private final String suffix;

    ContentCoding(String token, String suffix) {
        this.token = token;
        this.suffix = suffix;
    }

    /** Its name in headers. */
    String token() {
        return token;
    }

    /** What the build appends to the name of a file in this coding. */
    String suffix() {
        return suffix;
    }

    /**
     * Chooses a coding by a request's {@code Accept-Encoding} (RFC 9110, 12.5.3).
     *
     * @param acceptEncoding the values of the header; empty if it is missing
     * @param available never empty
     * @return the one with the highest weight, the smallest among equals; null if none is acceptable
     */
    static @Nullable ContentCoding choose(List<String> acceptEncoding, Set<ContentCoding> available) {
        ContentCoding best = null;
        double bestWeight = 0;
        String accepted = String.join(",", acceptEncoding);
        for (ContentCoding coding : values()) {
            double weight = available.contains(coding) ? coding.weight(accepted) : 0;
            if (weight > bestWeight) {
                best = coding;
                bestWeight = weight;
            }
        }
        return best;
    }

    private double weight(String accepted) {
        double any = this == IDENTITY ? UNNAMED_IDENTITY : 0;
        for (String element : accepted.split(",", -1)) {
            String[] parts = element.trim().toLowerCase(Locale.ROOT).split("\\s*;\\s*", 2);
            if (parts[0].equals(token)) {
                return parts.length == 1 ? 1 : quality(parts[1]);
            }
            if (parts[0].equals("*")) {
                any = parts.length == 1 ? 1 : quality(parts[1]);
            }
        }
        return any;
    }

    /** An invalid weight excludes the coding, which is always safe for {@code br} and {@code gzip}. */
    private static double quality(String parameter) {
        if (!parameter.matches("q\\s*=\\s*(0(\\.\\d{0,3})?|1(\\.0{0,3})?)")) {
            return 0;
        }
        return Double.parseDouble(parameter.substring(parameter.indexOf('=') + 1));
    }
}
