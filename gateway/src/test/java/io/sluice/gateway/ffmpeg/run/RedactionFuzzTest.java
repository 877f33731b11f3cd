package io.sluice.gateway.ffmpeg.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.protocol.Failure;
import io.sluice.protocol.StreamKey;
import java.net.URLEncoder;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the key and whatever FFmpeg prints around it, no retained text contains the key. */
class RedactionFuzzTest {

    /** Shorter keys occur in ordinary words. */
    private static final int DISTINCTIVE_LENGTH = 8;

    static Stream<Arguments> seeds() {
        String key = "FB-123-abc?s_ps=1&a=AbX_9+~z";
        return Stream.of(
                Arguments.of(key, "[rtmp @ 0x5581] [error] ", ": Connection refused"),
                Arguments.of("live_1234_AbCdEf", "[error] Error opening output ", ": I/O error\n[fatal] "),
                Arguments.of("a.b.c.d.e.f", "rtmp://me:pass@host/", "] [tcp @ 0x12] "),
                Arguments.of("..................", "%", "%41"));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "6s")
    void aKeyIsInNoRetainedText(@NotNull String key, @NotNull String before, @NotNull String after) {
        if (key.length() < DISTINCTIVE_LENGTH
                || StreamKey.parse(key).toOptional().isEmpty()) {
            return;
        }
        String encoded = URLEncoder.encode(key, UTF_8);
        RtmpOutput output = new RtmpOutput("rtmp://user:pa55@host:1935/app/" + key, false);
        Redactor redactor = new Redactor(List.of(key), List.of(output));
        StderrTail tail = new StderrTail(redactor);
        for (String form : List.of(key, encoded, encoded.toLowerCase(Locale.ROOT), output.url())) {
            String line = before + form + after;
            assertHidden(key, encoded, redactor.redact(line));
            line.lines().forEach(tail::add);
            tail.add(before + form);
            tail.add(form + after);
        }
        assertThat(tail.lines()).hasSizeLessThanOrEqualTo(40);
        tail.lines().forEach(line -> assertHidden(key, encoded, line));
        FailureDiagnosis.of(1, tail, null, false)
                .failure()
                .map(Failure::message)
                .ifPresent(message -> assertHidden(key, encoded, message));
    }

    private static void assertHidden(String key, String encoded, String text) {
        assertThat(text).doesNotContainIgnoringCase(key).doesNotContainIgnoringCase(encoded);
    }
}
