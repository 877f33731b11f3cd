package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StderrTailTest {

    private final StderrTail tail = new StderrTail(new Redactor(List.of("s3cr3t-k3y"), List.of()));

    @Test
    void itIsBoundedInLinesAndInTheirLength() {
        for (int i = 0; i < 1000; i++) {
            tail.add("line " + "abcdefghij".charAt(i % 10) + "x".repeat(10_000));
        }
        assertThat(tail.lines()).hasSizeBetween(1, 40).allMatch(line -> line.length() <= 501);
        for (int i = 0; i < 1000; i++) {
            tail.add("line " + letters(i));
        }
        assertThat(tail.lines()).hasSize(40).contains("line " + letters(999));
    }

    private static String letters(int number) {
        return number == 0 ? "" : letters(number / 26) + (char) ('a' + number % 26);
    }

    @Test
    void linesAreRedactedOnlyWhenTheyAreShown() {
        AtomicInteger redactions = new AtomicInteger();
        StderrTail counted = new StderrTail(new Redactor(List.of("s3cr3t-k3y"), List.of()) {
            @Override
            String redact(String line) {
                redactions.incrementAndGet();
                return super.redact(line);
            }
        });
        for (int i = 0; i < 10_000; i++) {
            counted.add("[warning] s3cr3t-k3y " + letters(i));
        }
        assertThat(redactions).hasValue(0);
        assertThat(counted.lines()).hasSize(40).noneMatch(line -> line.contains("s3cr3t"));
        assertThat(counted.lastMeaningful()).isPresent();
        assertThat(redactions).hasValue(40);
    }

    @Test
    void warningsThatAlternateDoNotDriveOutAnError() {
        tail.add("[error] The cause");
        for (int i = 0; i < 1000; i++) {
            tail.add("[aac @ 0x55a" + i + "] [warning] Queue input is backward in time");
            tail.add("[flv @ 0x55b" + i + "] [warning] Application provided invalid timestamps: " + i + " >= " + i);
        }
        assertThat(tail.lines())
                .containsExactly(
                        "[error] The cause",
                        "[aac] [warning] Queue input is backward in time (1000 times)",
                        "[flv] [warning] Application provided invalid timestamps: 999 >= 999 (1000 times)");
    }

    @Test
    void whatWasSkippedIsSaid() {
        tail.add("[warning] x");
        tail.skipped(1_000);
        tail.skipped(500);
        assertThat(tail.lines())
                .containsExactly("[warning] x", "[1500 bytes were skipped, because FFmpeg printed too much]");
    }

    @Test
    void invisibleAndInvalidCharactersAreReplaced() {
        tail.add("a\u0085b\u202ec\u2028d\u009b31me\ud800f\u200bg");
        assertThat(tail.lines()).containsExactly("a b c d 31me f g");
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
