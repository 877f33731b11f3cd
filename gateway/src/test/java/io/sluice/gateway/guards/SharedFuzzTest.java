package io.sluice.gateway.guards;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All fuzz targets in one JVM. Jazzer runs one target per JVM, and its start costs more than some seconds of fuzzing,
 * so in the ordinary build one target stands for all of them: the first byte of its input selects which one runs.
 * Coverage of one target is no coverage of another, so the fuzzer keeps inputs for each. The nightly profile gives each
 * target a JVM and minutes of its own.
 */
class SharedFuzzTest {

    private static final List<FuzzTarget> TARGETS = FuzzTarget.all();
    private static final long START_NANOS = System.nanoTime();
    private static final long[] RUNS = new long[TARGETS.size()];
    private static final long[] NANOS = new long[TARGETS.size()];
    private static final int[] SEEDS = new int[TARGETS.size()];

    static Stream<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < TARGETS.size(); i++) {
            for (Object[] arguments : TARGETS.get(i).seeds()) {
                byte[] encoded = TARGETS.get(i).encoded(arguments);
                byte[] input = new byte[1 + encoded.length];
                input[0] = (byte) i;
                System.arraycopy(encoded, 0, input, 1, encoded.length);
                seeds.add(input);
                SEEDS[i]++;
            }
        }
        return seeds.stream();
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "12s")
    void everyTarget(byte @NotNull [] input) {
        int number = input.length == 0 ? 0 : Byte.toUnsignedInt(input[0]) % TARGETS.size();
        if (hadItsShare(number)) {
            return;
        }
        long start = System.nanoTime();
        TARGETS.get(number).fuzz(Arrays.copyOfRange(input, Math.min(1, input.length), input.length));
        RUNS[number]++;
        NANOS[number] += System.nanoTime() - start;
    }

    /**
     * Otherwise slow targets, of which the fuzzer keeps the most inputs too, leave no time for the others. Every seed
     * runs.
     */
    private static boolean hadItsShare(int number) {
        long share = (System.nanoTime() - START_NANOS) / TARGETS.size();
        return RUNS[number] > 2L * SEEDS[number] && NANOS[number] > share;
    }

    @AfterAll
    static void everyTargetWasReached() {
        for (int i = 0; i < TARGETS.size(); i++) {
            System.out.printf("%,d runs in %,d ms of %s%n", RUNS[i], NANOS[i] / 1_000_000, TARGETS.get(i));
        }
        for (int i = 0; i < TARGETS.size(); i++) {
            assertThat(RUNS[i]).as("runs of " + TARGETS.get(i)).isGreaterThan(2L * SEEDS[i]);
        }
    }
}
