package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the lines contain, a report's numbers are finite and not negative, and the next report starts empty. */
class FfmpegProgressParserFuzzTest {

    static Stream<String> seeds() {
        return Stream.of(
                "frame=269\nfps=29.97\nbitrate= 742.8kbits/s\ntotal_size=832911\nout_time_us=8970000\n"
                        + "dup_frames=3\ndrop_frames=2\nspeed=1.01x\nprogress=continue",
                "bitrate=N/A\ntotal_size=N/A\nout_time_us=N/A\nspeed=N/A\nprogress=end",
                "frame=-1\nfps=NaN\nspeed=1e999x\nout_time_us=-9223372036854775808\nprogress=",
                "out_time_us=9223372036854775807\nprogress=x\n=\n===");
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "3s")
    void reportsContainValidNumbers(@NotNull String lines) {
        FfmpegProgressParser parser = new FfmpegProgressParser();
        lines.lines().map(parser::accept).flatMap(Optional::stream).forEach(FfmpegProgressParserFuzzTest::assertValid);
        parser.accept("progress=continue").ifPresent(FfmpegProgressParserFuzzTest::assertValid);
        assertThat(parser.accept("progress=end"))
                .isEqualTo(new FfmpegProgressParser().accept("progress=end"))
                .isPresent();
    }

    private static void assertValid(FfmpegProgress progress) {
        assertThat(progress.frames()).isNotNegative();
        assertThat(progress.droppedFrames()).isNotNegative();
        assertThat(progress.duplicatedFrames()).isNotNegative();
        assertThat(progress.outTime().isNegative()).isFalse();
        progress.totalSizeBytes().ifPresent(bytes -> assertThat(bytes).isNotNegative());
        Stream.of(progress.framesPerSecond(), progress.bitsPerSecond(), progress.speed())
                .forEach(number ->
                        number.ifPresent(value -> assertThat(value).isFinite().isGreaterThanOrEqualTo(0)));
    }
}
