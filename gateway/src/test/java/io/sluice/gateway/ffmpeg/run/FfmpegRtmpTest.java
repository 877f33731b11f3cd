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
import java.net.Socket;
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
        try (RtmpSink saying = RtmpSink.rejecting();
                RtmpSink closing = RtmpSink.closing();
                RtmpSink inUse = RtmpSink.inUse()) {
            for (RtmpSink rejecting : List.of(saying, closing)) {
                FailureDiagnosis diagnosis = diagnose(real, rejecting.url(), Duration.ofMinutes(1));
                assertThat(diagnosis.end()).isEqualTo(RunEnd.REJECTED);
                assertThat(diagnosis.failure().orElseThrow().message())
                        .contains("rejected the stream key", "Output: rtmp://127.0.0.1:")
                        .doesNotContain("s3cr3t");
            }
            assertThat(diagnose(real, inUse.url(), Duration.ofMinutes(1)).end()).isEqualTo(RunEnd.KEY_IN_USE);
        }
        try (ServerSocket silent = new ServerSocket(0)) {
            long start = System.nanoTime();
            FailureDiagnosis diagnosis =
                    diagnose(real, "rtmp://127.0.0.1:" + silent.getLocalPort() + "/live/s3cr3t-k3y", TIMEOUT);
            assertThat(diagnosis.end()).isEqualTo(RunEnd.UNAVAILABLE);
            assertThat(diagnosis.failure().orElseThrow().message())
                    .contains("did not respond in time")
                    .doesNotContain("s3cr3t");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }

    /** FFmpeg says the same of a server that closes after the handshake and of one that is silent from then on. */
    @ParameterizedTest
    @MethodSource("ffmpegs")
    void silenceAfterTheHandshakeIsNoRejection(RealFfmpeg real) throws Exception {
        try (ServerSocket server = new ServerSocket(0)) {
            CompletableFuture<Integer> greeted = CompletableFuture.supplyAsync(() -> greet(server));
            String url = "rtmp://127.0.0.1:" + server.getLocalPort() + "/live/s3cr3t-k3y";
            FailureDiagnosis diagnosis = diagnose(real, url, TIMEOUT);
            assertThat(diagnosis.end()).isEqualTo(RunEnd.UNAVAILABLE);
            assertThat(diagnosis.failure().orElseThrow().message())
                    .contains("did not respond in time", "Input/output error");
            assertThat(greeted.get(10, TimeUnit.SECONDS)).isPositive();
        }
    }

    /** Does its part of the handshake, and reads until the client gives up. */
    private static int greet(ServerSocket server) {
        try (Socket socket = server.accept()) {
            byte[] hello = socket.getInputStream().readNBytes(1_537);
            socket.getOutputStream().write(hello);
            socket.getOutputStream().write(hello, 1, 1_536);
            return socket.getInputStream().readAllBytes().length;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static FailureDiagnosis diagnose(RealFfmpeg real, String url, Duration timeout) {
        long start = System.nanoTime();
        RealFfmpeg.Run run = real.run(
                command(real, "video/webm;codecs=h264,opus", url),
                Path.of("."),
                RealFfmpeg.fixture("webm-h264-opus.webm"));
        boolean waited = System.nanoTime() - start >= timeout.toNanos();
        List<RtmpOutput> outputs = List.of(new RtmpOutput(url, false));
        StderrTail tail = new StderrTail(new Redactor(List.of("s3cr3t-k3y"), outputs), outputs);
        run.stderr().lines().forEach(tail::add);
        FailureDiagnosis diagnosis = FailureDiagnosis.of(run.exitCode(), tail, null, waited);
        assertThat(diagnosis.failure().orElseThrow().code()).isEqualTo(FailureCode.OUTPUT_FAILED);
        return diagnosis;
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
