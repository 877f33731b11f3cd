package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FfmpegProgressParserTest {

    private final FfmpegProgressParser parser = new FfmpegProgressParser();

    @Test
    void aReportEndsAtItsProgressLine() {
        FfmpegProgress progress = last("""
                frame=269
                fps=29.97
                stream_0_0_q=-1.0
                bitrate= 742.8kbits/s
                total_size=832911
                out_time_us=8970000
                out_time_ms=8970000
                out_time=00:00:08.970000
                dup_frames=3
                drop_frames=2
                speed=1.01x
                progress=continue""");
        assertThat(progress.frames()).isEqualTo(269);
        assertThat(progress.framesPerSecond()).hasValue(29.97);
        assertThat(progress.bitsPerSecond()).hasValue(742_800);
        assertThat(progress.totalSizeBytes()).hasValue(832_911);
        assertThat(progress.outTime()).isEqualTo(Duration.ofMillis(8970));
        assertThat(progress.duplicatedFrames()).isEqualTo(3);
        assertThat(progress.droppedFrames()).isEqualTo(2);
        assertThat(progress.speed()).hasValue(1.01);
        assertThat(progress.end()).isFalse();
    }

    @Test
    void whatIsNotKnownIsEmpty() {
        FfmpegProgress progress = last("bitrate=N/A\ntotal_size=N/A\nout_time_us=N/A\nspeed=N/A\nprogress=end");
        assertThat(progress.bitsPerSecond()).isEmpty();
        assertThat(progress.totalSizeBytes()).isEmpty();
        assertThat(progress.outTime()).isEqualTo(Duration.ZERO);
        assertThat(progress.speed()).isEmpty();
        assertThat(progress.end()).isTrue();
        assertThat(progress.hasOutput()).isFalse();
    }

    @Test
    void negativeHugeAndSenselessValuesDoNoHarm() {
        FfmpegProgress progress = last("""
                frame=99999999999999999999999
                fps=NaN
                bitrate=-5.0kbits/s
                total_size=-1
                out_time_us=-21333
                speed=1e999x
                no equals sign
                =
                ===
                out_time_ms=12
                progress=continue""");
        assertThat(progress.frames()).isZero();
        assertThat(progress.framesPerSecond()).isEmpty();
        assertThat(progress.bitsPerSecond()).isEmpty();
        assertThat(progress.totalSizeBytes()).isEmpty();
        assertThat(progress.outTime()).isEqualTo(Duration.ZERO);
        assertThat(progress.speed()).isEmpty();
        assertThat(last("out_time_us=9223372036854775807\nprogress=continue").outTime())
                .isPositive();
    }

    @Test
    void nothingIsCarriedOverIntoTheNextReport() {
        last("frame=10\nprogress=continue");
        assertThat(last("progress=continue").frames()).isZero();
    }

    @Test
    void realFfmpegsReportWhatTheyWrote() {
        for (RealFfmpeg real : RealFfmpeg.both()) {
            List<String> command = List.of(
                    real.get().executable().toString(),
                    "-v",
                    "error",
                    "-nostdin",
                    "-progress",
                    "pipe:1",
                    "-f",
                    "matroska",
                    "-i",
                    "pipe:0",
                    "-c",
                    "copy",
                    "-f",
                    "matroska",
                    "/dev/null",
                    "-y");
            RealFfmpeg.Run run = real.run(command, Path.of("."), RealFfmpeg.fixture("webm-h264-opus.webm"));
            FfmpegProgress progress = last(run.stdout());
            assertThat(progress.end()).isTrue();
            assertThat(progress.frames()).isEqualTo(270);
            assertThat(progress.outTime()).isBetween(Duration.ofMillis(8900), Duration.ofMillis(9100));
            assertThat(progress.totalSizeBytes().orElse(0)).isPositive();
            assertThat(progress.bitsPerSecond().orElse(0)).isBetween(500_000.0, 1_500_000.0);
        }
    }

    private FfmpegProgress last(String lines) {
        List<FfmpegProgress> reports = new ArrayList<>();
        lines.lines().forEach(line -> parser.accept(line).ifPresent(reports::add));
        return reports.get(reports.size() - 1);
    }
}
