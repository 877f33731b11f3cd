package io.sluice.gateway.guards;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;

/**
 * A bug for {@link ArmedFuzzTest} to find. No build runs it by itself. Who mutates at random has to hit all of the words at once; only who
 * is guided by what the code compares gets there.
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
