package io.sluice.gateway.cli.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Finds the name that a mistyped one was probably meant to be. */
public final class ClosestMatch {

    private static final Pattern CAMEL_CASE = Pattern.compile("([a-z])([A-Z])");

    private ClosestMatch() {}

    /**
     * The name that is most similar to what was typed. Upper and lower case, and {@code _}, {@code .} and {@code -},
     * count as the same; a prefix {@code --} or {@code SLUICE_} does not count.
     *
     * @param typed a flag, a variable, a file key or a command
     * @param names the names that exist, with or without the prefixes
     * @return one of the names
     */
    public static String of(String typed, Collection<String> names) {
        String wanted = normalized(typed);
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(wanted, normalized(name))))
                .orElseThrow();
    }

    private static String normalized(String name) {
        return CAMEL_CASE
                .matcher(name.replaceFirst("^(--?|SLUICE_)", ""))
                .replaceAll("$1-$2")
                .replaceAll("[_.]", "-")
                .toLowerCase(Locale.ROOT);
    }

    /** The Levenshtein distance. */
    private static int distance(String one, String other) {
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
