package io.sluice.gateway.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.StringTokenizer;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes are split into their lines, however they are chunked, and no line exceeds the maximum. */
class LineSplitterFuzzTest {

    static Stream<byte[]> seeds() {
        return Stream.of(
                "frame=1\nfps=30\r\nprogress=end\n".getBytes(UTF_8),
                "\n\r\n\u2026 no end".getBytes(UTF_8),
                "x".repeat(LineSplitter.MAX_LINE_BYTES).getBytes(UTF_8),
                ("y".repeat(LineSplitter.MAX_LINE_BYTES + 1) + "\nz").getBytes(UTF_8));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "3s")
    void bytesAreSplitIntoTheirLines(byte[] bytes) {
        // No regular expression: the fuzzer instruments each of its steps, and would do nothing else.
        List<String> expected = Collections.list(new StringTokenizer(new String(bytes, ISO_8859_1), "\r\n")).stream()
                .map(line -> delivered((String) line))
                .toList();
        assertThat(lines(bytes, bytes.length + 1)).isEqualTo(expected);
        assertThat(lines(bytes, 1 + Math.floorMod(Arrays.hashCode(bytes), 7))).isEqualTo(expected);
    }

    private static String delivered(String latin1) {
        return latin1.length() > LineSplitter.MAX_LINE_BYTES
                ? "[line of more than " + LineSplitter.MAX_LINE_BYTES + " bytes omitted]"
                : new String(latin1.getBytes(ISO_8859_1), UTF_8);
    }

    private static List<String> lines(byte[] bytes, int chunk) {
        List<String> lines = new ArrayList<>();
        LineSplitter splitter = new LineSplitter(lines::add);
        for (int from = 0; from < bytes.length; from += chunk) {
            splitter.accept(ByteBuffer.wrap(bytes, from, Math.min(chunk, bytes.length - from)));
        }
        splitter.finish();
        return lines;
    }
}
