package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The real command on a real RTMP connection, live: standard input stays open while the test waits for output. */
class FfmpegRtmpTest {

    private static final Logger LOG = LoggerFactory.getLogger(FfmpegRtmpTest.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final FfmpegCommand.Settings SETTINGS =
            new FfmpegCommand.Settings(TIMEOUT, FfmpegLimits.defaults().maxPixels(), false);

    /** The sizes are those of the browser's first message: a quarter of a second of media. */
    static Stream<Arguments> firstMessages() {
        return RealFfmpeg.both().stream()
                .flatMap(ffmpeg -> Stream.of(
                        Arguments.of(ffmpeg, "webm-h264-opus.webm", "video/webm;codecs=h264,opus", 21_019),
                        Arguments.of(ffmpeg, "webm-vp8-opus.webm", "video/webm;codecs=vp8,opus", 19_038),
                        Arguments.of(ffmpeg, "webm-vp9-opus.webm", "video/webm;codecs=vp9,opus", 17_150),
                        Arguments.of(ffmpeg, "webm-h264-videoonly.webm", "video/webm;codecs=h264", 20_635)));
    }

    /**
     * By default FFmpeg reads more than a second of media before it writes any. Here it gets less and then nothing
     * more, so its output cannot have waited for more input.
     */
    @ParameterizedTest(name = "{1} by FFmpeg {0}")
    @MethodSource("firstMessages")
    void mediaIsWrittenBeforeTheSecondMessageIsSent(RealFfmpeg real, String fixture, String type, int bytes)
            throws Exception {
        byte[] media = RealFfmpeg.fixture(fixture);
        try (RtmpSink sink = RtmpSink.accepting()) {
            Process process = real.start(command(real, type, sink.url()), Path.of("."));
            CompletableFuture<String> stderr = read(process.getErrorStream());
            CompletableFuture<String> stdout = read(process.getInputStream());
            try {
                long in = System.nanoTime();
                process.getOutputStream().write(media, 0, bytes);
                process.getOutputStream().flush();
                long out = sink.firstMediaNanos().get(20, TimeUnit.SECONDS);
                LOG.info("{} by FFmpeg {}: media out {} ms after start", fixture, real, (out - in) / 1_000_000);

                process.getOutputStream().write(media, bytes, media.length - bytes);
                process.getOutputStream().close();
                assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
                assertThat(process.exitValue()).as(stderr.get()).isZero();
                assertThat(stdout.get()).contains("progress=end");
                assertThat(sink.mediaBytes().get(5, TimeUnit.SECONDS)).isGreaterThan(media.length / 2);
            } finally {
                process.destroyForcibly();
            }
        }
    }

    static List<RealFfmpeg> ffmpegs() {
        return RealFfmpeg.both();
    }

    @ParameterizedTest
    @MethodSource("ffmpegs")
    void aRejectedKeyAndAServerThatStallsAreDiagnosed(RealFfmpeg real) throws Exception {
        try (RtmpSink sink = RtmpSink.rejecting()) {
            assertThat(failure(real, sink.url()))
                    .contains("rejected the stream key")
                    .doesNotContain("s3cr3t");
        }
        try (ServerSocket silent = new ServerSocket(0)) {
            long start = System.nanoTime();
            assertThat(failure(real, "rtmp://127.0.0.1:" + silent.getLocalPort() + "/live/s3cr3t-k3y"))
                    .contains("did not respond in time")
                    .doesNotContain("s3cr3t");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }

    private static String failure(RealFfmpeg real, String url) {
        RealFfmpeg.Run run = real.run(
                command(real, "video/webm;codecs=h264,opus", url),
                Path.of("."),
                RealFfmpeg.fixture("webm-h264-opus.webm"));
        StderrTail tail = new StderrTail(new Redactor(List.of("s3cr3t-k3y"), List.of(new RtmpOutput(url, false))));
        run.stderr().lines().forEach(tail::add);
        var failure =
                FailureDiagnosis.of(run.exitCode(), tail, null, false).failure().orElseThrow();
        assertThat(failure.code()).isEqualTo(FailureCode.OUTPUT_FAILED);
        return failure.message();
    }

    @Test
    void theCommandNamesEveryGuard() {
        List<String> command = command(RealFfmpeg.BUNDLED, "video/webm;codecs=h264,opus", "rtmp://127.0.0.1/live/k");
        int input = command.indexOf("-i");
        assertThat(command.get(input + 1)).isEqualTo("pipe:0");
        assertThat(command.subList(0, input))
                .containsSequence("-protocol_whitelist", "pipe", "-format_whitelist", "matroska,webm")
                .containsSequence("-f", "matroska");
        assertThat(command).containsSequence("-rw_timeout", "2000000");
        assertThat(command).endsWith("-f", "flv", "rtmp://127.0.0.1/live/k");
    }

    private static List<String> command(RealFfmpeg real, String type, String url) {
        StreamPlan plan = new StreamPlanner(real.get().capabilities())
                .plan(List.of(MediaFormat.parse(type).orElseThrow()), List.of(new RtmpOutput(url, false)), null, null)
                .orElseThrow();
        return FfmpegCommand.of(real.get(), plan, SETTINGS).arguments();
    }

    private static CompletableFuture<String> read(InputStream in) {
        return CompletableFuture.supplyAsync(() -> {
            try (in) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
