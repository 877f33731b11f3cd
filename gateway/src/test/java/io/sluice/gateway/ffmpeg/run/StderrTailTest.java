package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StderrTailTest {

    private final StderrTail tail = new StderrTail(new Redactor(List.of("s3cr3t-k3y"), List.of()));

    @Test
    void itIsBoundedInLinesAndInTheirLength() {
        for (int i = 0; i < 1000; i++) {
            tail.add("line " + "abcdefghij".charAt(i % 10) + "x".repeat(10_000));
        }
        assertThat(tail.lines()).hasSize(40).allMatch(line -> line.length() <= 501);
    }

    @Test
    void linesThatDifferOnlyInNumbersAreCounted() {
        tail.add("[flv @ 0x55] [warning] Non-monotonic DTS; previous: 8435, current: 333");
        tail.add("[flv @ 0x55] [warning] Non-monotonic DTS; previous: 8435, current: 366");
        tail.add("[flv @ 0x55] [warning] Non-monotonic DTS; previous: 8435, current: 401");
        assertThat(tail.lines())
                .containsExactly("[flv] [warning] Non-monotonic DTS; previous: 8435, current: 401 (3 times)");
    }

    @Test
    void secretsAndControlCharactersAreRemoved() {
        tail.add("[error] s3cr3t-k3y\u001b[31m\ttext");
        assertThat(tail.lines()).containsExactly("[error] … [31m text");
    }

    @Test
    void theCauseIsPreferredToItsConsequencesAndToWarnings() {
        tail.add("x: /lib/libpulse.so.0: no version information available (required by libavdevice.so.62)");
        assertThat(tail.lastMeaningful()).isEmpty();
        tail.add("[matroska @ 0x1] [warning] Something looks odd");
        assertThat(tail.lastMeaningful()).hasValue("Something looks odd");
        tail.add("[error] Error closing file out.flv: Broken pipe");
        assertThat(tail.lastMeaningful()).hasValue("Error closing file out.flv: Broken pipe");
        tail.add("[tcp @ 0x1] [error] Connection to tcp://h:1 failed: Connection refused");
        tail.add("[fatal] Error opening output files: Connection refused");
        tail.add("[matroska @ 0x1] [warning] Something else looks odd");
        tail.add("Conversion failed!");
        assertThat(tail.lastMeaningful()).hasValue("Connection to tcp://h:1 failed: Connection refused");
    }
}
