package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any text is a media type whose meaning does not depend on case or surrounding space, or it is refused. */
class MediaFormatFuzzTest {

    static Stream<String> seeds() {
        return Stream.of(
                "video/webm;codecs=\"avc1.42E01F,opus\"",
                "video/x-matroska;codecs=avc1,opus",
                "video/mp4; codecs=\"hvc1.1.6.L93.B0, mp4a.40.2\"",
                "video/webm;codecs=vp09.00.10.08",
                "video/mp4;codecs=av01.0.04M.08",
                "audio/mp4; x=\"a\\\"b\"; codecs=mp4a.40.2",
                "audio/webm;codecs=pcm",
                "video/webm;");
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "4s")
    void textIsAFormatOrARefusal(@NotNull String text) {
        Result<MediaFormat> parsed = MediaFormat.parse(text);
        if (parsed instanceof Result.Ok<MediaFormat> ok) {
            MediaFormat format = ok.value();
            assertThat(format.mimeType()).isEqualTo(text);
            assertThat(format.audioOnly() && format.video().isPresent()).isFalse();
            assertThat(MediaFormat.parse(' ' + text + '\t').map(MediaFormatFuzzTest::meaning))
                    .isEqualTo(Result.ok(meaning(format)));
            assertThat(text.strip().toLowerCase(Locale.ROOT)).startsWith(format.audioOnly() ? "audio" : "video");
        } else {
            Refusals.assertSafeForLogs(parsed);
        }
    }

    private static String meaning(MediaFormat format) {
        return format.container() + " " + format.audioOnly() + " " + format.video() + " " + format.audio();
    }
}
