package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text is a key of harmless characters only, or it is refused and not repeated. */
class StreamKeyFuzzTest {

    private static final String HARMLESS = "[A-Za-z0-9_~+:?=&-][A-Za-z0-9._~+:?=&-]{0,511}";

    private static final String CHANGES_APPLICATION = "(?i).*slist=.*";
    private static final String NAMELESS = "(?i)((flv|mp4|mp3|id3|raw):)*(\\?.*)?";

    static Stream<String> seeds() {
        return Stream.of(
                Samples.KEY,
                "a",
                "abcd-efgh-ijkl-mnop",
                "FB-1-0-Abc?s_bl=1&s_ps=1&a=Abx",
                ".hidden",
                "a/../b",
                "a%2Fb",
                "anna?slist=victim",
                "mp4:?x");
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "3s")
    void textIsAKeyOrARefusal(@NotNull String text) {
        Result<StreamKey> parsed = StreamKey.parse(text);
        assertThat(parsed instanceof Result.Ok)
                .isEqualTo(text.matches(HARMLESS) && !text.matches(CHANGES_APPLICATION) && !text.matches(NAMELESS));
        if (parsed instanceof Result.Ok<StreamKey> ok) {
            assertThat(ok.value().value()).isEqualTo(text);
            assertThat(text).contains(ok.value().identity().value());
            assertThat(ok.value().identity().value()).isNotEmpty().doesNotContain("?");
            assertThat(ok.value().toString()).hasSizeLessThanOrEqualTo(5).isNotEqualTo(text);
        } else {
            Refusals.assertSafeForLogsWithoutTheKey(parsed);
        }
    }
}
