package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.output.Output;
import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.gateway.process.ProcessSpec;
import io.sluice.protocol.MediaFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A receiver must see the same RTMP conversation whether FFmpeg gets its URL from a preset or from its arguments. */
class OutputPresetsTest {

    private static final RealFfmpeg REAL = RealFfmpeg.ON_PATH;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/live/s3cr3t",
                "/live/s3cr3t?bandwidthtest=true",
                "/live/s3cr3t?x=1&y=a=b",
                "/app/instance/s3cr3t",
                "/app/instance/s3cr3t/more?q=/x",
                "/live?key=s3cr3t",
                "/live?key=s3cr3t/name",
                "/live/room:s3cr3t/x",
                "/live/s3cr3t.flv",
                "/live/s3cr3t.mp4",
                "/live/room:s3cr3t.mp4",
                "/live/s3cr3t%2Fx+y",
                "/live/",
                "/ondemand/s3cr3t",
                "/a/b/c/d/s3cr3t"
            })
    void theReceiverSeesNoDifference(String path) throws Exception {
        ProcessLimits limits = ProcessLimits.probe(REAL.get(), FfmpegLimits.defaults(), null);
        assertThat(limits.supportsPresets())
                .as("the FFmpeg on the PATH supports presets")
                .isTrue();
        assertThat(conversation(limits, path, true)).isEqualTo(conversation(limits, path, false));
    }

    /** What FFmpeg sends until the receiver accepts the publication, without the port, which differs. */
    private static String conversation(ProcessLimits limits, String path, boolean usePresets) throws Exception {
        try (RtmpSink sink = RtmpSink.accepting()) {
            String server = sink.url().substring(0, sink.url().indexOf("/live/"));
            ProcessSpec spec = spec(limits, usePresets, List.of(server + path));
            assertThat(String.join(" ", spec.command()).contains("s3cr3t"))
                    .as("the key among the arguments")
                    .isEqualTo(!usePresets && path.contains("s3cr3t"));
            ProcessBuilder builder = new ProcessBuilder(spec.command())
                    .redirectInput(Path.of("src/test/resources/fixtures/webm-opus-audioonly.webm")
                            .toFile())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD);
            builder.environment().clear();
            builder.environment().putAll(spec.environment());
            Process process = builder.start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            // Long messages are split into chunks, whose markers may be in the middle of the port.
            return sink.commands()
                    .get(10, TimeUnit.SECONDS)
                    .replace("\u00c3", "")
                    .replace(server.substring(server.lastIndexOf(':')), ":port");
        }
    }

    @Test
    void eachOutputHasItsPresetUpToAMaximum() {
        ProcessLimits limits = ProcessLimits.none();
        List<String> urls = IntStream.range(0, 9)
                .mapToObj(i -> "rtmp://127.0.0.1:1935/live/s3cr3t" + i)
                .toList();
        FfmpegCommand command = command(urls, true);
        assertThat(command.presets()).hasSize(7);
        assertThat(command.arguments())
                .contains(
                        "/dev/fd/3",
                        "/dev/fd/9",
                        "rtmp://127.0.0.1:1935/live/s3cr3t7",
                        "rtmp://127.0.0.1:1935/live/s3cr3t8")
                .doesNotContain("/dev/fd/10");
        assertThat(command.arguments().stream().filter(argument -> argument.contains("s3cr3t")))
                .hasSize(2);
        assertThat(limits.supportsPresets()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "rtmp://h/app/k, rtmp://h/, app, k",
        "rtmps://user:pass@h:443/app/k?a=b, rtmps://user:pass@h:443/, app, k?a=b",
        "rtmp://h/app, rtmp://h/, app, ''"
    })
    void aUrlIsSplit(String url, String server, String application, String playPath) {
        assertThat(RtmpUrlParts.of(new RtmpOutput(url, false)))
                .contains(new RtmpUrlParts(
                        server, "rtmp_app=" + application + (playPath.isEmpty() ? "" : "\nrtmp_playpath=" + playPath)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rtmp://h",
                "rtmp://h/",
                "rtmp://h//k",
                "rtmp://h/app?slist=k",
                "rtmp://h?a/b",
                "rtmp://h/app/kéy",
                "rtmp://h/app/k\nrtmp_conn=x",
                "rtmp://h/app/k\rx"
            })
    void aUrlThatFFmpegParsesBySpecialRulesIsNotSplit(String url) {
        assertThat(RtmpUrlParts.of(new RtmpOutput(url, false))).isEmpty();
    }

    @Test
    void aUrlThatFFmpegWouldTruncateIsNotSplit() {
        assertThat(RtmpUrlParts.of(new RtmpOutput("rtmp://h/app/" + "k".repeat(512), false)))
                .isEmpty();
        assertThat(RtmpUrlParts.of(new RtmpOutput("rtmp://h/" + "a".repeat(128) + "/k", false)))
                .isEmpty();
    }

    private static ProcessSpec spec(ProcessLimits limits, boolean usePresets, List<String> urls) {
        return limits.specFor(command(urls, usePresets), REAL.get().environment(), Path.of("."));
    }

    private static FfmpegCommand command(List<String> urls, boolean usePresets) {
        List<Output> outputs = new ArrayList<>();
        urls.forEach(url -> outputs.add(new RtmpOutput(url, false)));
        StreamPlan plan = new StreamPlanner(REAL.get().capabilities())
                .plan(List.of(MediaFormat.parse("audio/webm;codecs=opus").orElseThrow()), outputs, null, null)
                .orElseThrow();
        return FfmpegCommand.of(
                REAL.get(), plan, new FfmpegCommand.Settings(Duration.ofSeconds(5), 1 << 20, usePresets));
    }
}
