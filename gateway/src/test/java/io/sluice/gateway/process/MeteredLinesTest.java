package io.sluice.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MeteredLinesTest {

    private static final String LINE = "x".repeat(99) + "\n";

    private final List<String> lines = new ArrayList<>();
    private long skipped;
    private long now;
    private final MeteredLines metered =
            new MeteredLines(new LineSplitter(lines::add), bytes -> skipped += bytes, () -> now);

    private boolean print(String text) {
        return metered.accept(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aBurstIsPassedOnAndTheRestIsSkippedAndCounted() {
        int bytes = 0;
        for (int i = 0; i < 10_000; i++, bytes += LINE.length()) {
            print(LINE);
        }
        assertThat(lines).hasSize(MeteredLines.BURST_BYTES / LINE.length());
        assertThat(skipped).isEqualTo(bytes - 100L * lines.size());
    }

    @Test
    void anEndlessFloodPassesItsRate() {
        for (int second = 0; second < 60; second++) {
            for (int i = 0; i < 1_000; i++) {
                now += 1_000_000;
                print(LINE.repeat(10));
            }
        }
        assertThat(lines.size() * 100L)
                .isBetween(
                        60L * MeteredLines.BYTES_PER_SECOND,
                        62L * MeteredLines.BYTES_PER_SECOND + MeteredLines.BURST_BYTES);
    }

    @Test
    void noPartOfALineIsPassedOn() {
        print("the first half of a line, ");
        while (print(LINE)) {
            // until the burst is used up
        }
        print("secret-");
        now += 10_000_000_000L;
        lines.clear();
        print("key\nwhole\n");
        assertThat(lines).containsExactly("whole");
        assertThat(skipped).isPositive();
    }

    @Test
    void manySmallWritesAreChargedToo() {
        int passed = 0;
        while (print("a")) {
            passed++;
        }
        assertThat(passed).isLessThan(MeteredLines.BURST_BYTES / 60);
    }
}
