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

/** A receiver must see the very same conversation whichever way FFmpeg learns its address. */
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
    void isTheSameToAReceiver(String path) throws Exception {
        ProcessLimits confinement = ProcessLimits.probe(REAL.get(), FfmpegLimits.defaults());
        assertThat(confinement.hidesTargets())
                .as("the FFmpeg on the PATH is one that reads presets")
                .isTrue();
        assertThat(conversation(confinement, path, true)).isEqualTo(conversation(confinement, path, false));
    }

    /** What FFmpeg says to the receiver until its publication is agreed to, with the port, which differs, left out. */
    private static String conversation(ProcessLimits confinement, String path, boolean hides) throws Exception {
        try (RtmpSink sink = RtmpSink.accepting()) {
            String server = sink.url().substring(0, sink.url().indexOf("/live/"));
            ProcessSpec spec = spec(confinement, hides, List.of(server + path));
            assertThat(String.join(" ", spec.command()).contains("s3cr3t"))
                    .as("the key among the arguments")
                    .isEqualTo(!hides && path.contains("s3cr3t"));
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
            // Long messages come in pieces, with a marker in front of each that may stand in the middle of the port.
            return sink.commands()
                    .get(10, TimeUnit.SECONDS)
                    .replace("\u00c3", "")
                    .replace(server.substring(server.lastIndexOf(':')), ":port");
        }
    }

    @Test
    void severalOutputsHaveTheirOwnAndTheLastOnesShow() {
        ProcessLimits confinement = ProcessLimits.none();
        List<String> urls = IntStream.range(0, 9)
                .mapToObj(i -> "rtmp://127.0.0.1:1935/live/s3cr3t" + i)
                .toList();
        FfmpegCommand command = command(urls, true);
        assertThat(command.hiddenTargets()).hasSize(7);
        assertThat(command.arguments())
                .contains(
                        "/dev/fd/3",
                        "/dev/fd/9",
                        "rtmp://127.0.0.1:1935/live/s3cr3t7",
                        "rtmp://127.0.0.1:1935/live/s3cr3t8")
                .doesNotContain("/dev/fd/10");
        assertThat(command.arguments().stream().filter(argument -> argument.contains("s3cr3t")))
                .hasSize(2);
        assertThat(confinement.hidesTargets()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "rtmp://h/app/k, rtmp://h/, app, k",
        "rtmps://user:pass@h:443/app/k?a=b, rtmps://user:pass@h:443/, app, k?a=b",
        "rtmp://h/app, rtmp://h/, app, ''"
    })
    void anAddressIsTakenApart(String url, String server, String application, String playPath) {
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
    void oneThatFFmpegReadsInItsOwnWayStaysWhole(String url) {
        assertThat(RtmpUrlParts.of(new RtmpOutput(url, false))).isEmpty();
    }

    @Test
    void whatFFmpegWouldCutOffStaysWhole() {
        assertThat(RtmpUrlParts.of(new RtmpOutput("rtmp://h/app/" + "k".repeat(512), false)))
                .isEmpty();
        assertThat(RtmpUrlParts.of(new RtmpOutput("rtmp://h/" + "a".repeat(128) + "/k", false)))
                .isEmpty();
    }

    private static ProcessSpec spec(ProcessLimits confinement, boolean hides, List<String> urls) {
        return confinement.confine(command(urls, hides), REAL.get().environment(), Path.of("."));
    }

    private static FfmpegCommand command(List<String> urls, boolean hides) {
        List<Output> outputs = new ArrayList<>();
        urls.forEach(url -> outputs.add(new RtmpOutput(url, false)));
        StreamPlan plan = new StreamPlanner(REAL.get().capabilities())
                .plan(List.of(MediaFormat.parse("audio/webm;codecs=opus").orElseThrow()), outputs, null, null)
                .orElseThrow();
        return FfmpegCommand.of(REAL.get(), plan, new FfmpegCommand.Settings(Duration.ofSeconds(5), 1 << 20, hides));
    }
}
