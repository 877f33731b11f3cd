package io.sluice.gateway.guards;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;

/**
 * A bug for {@link ArmedFuzzTest} to find; no build runs it directly. Random mutation would have to hit all words at
 * the same time; only a fuzzer that is guided by the code's comparisons finds it.
 */
final class SeededBug {

    @FuzzTest
    void hides(@NotNull String text) {
        String[] words = text.split(";", -1);
        if (words.length == 3 && words[0].equals("sluice") && words[1].startsWith("gate") && words[2].length() > 20) {
            throw new IllegalStateException("found");
        }
    }
}
