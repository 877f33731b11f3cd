package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.files.OwnUser;
import io.sluice.gateway.output.Output;
import io.sluice.gateway.output.Output.HlsOutput;
import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.gateway.process.ProcessSpec;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Limits as reported by the limited process itself, and real FFmpegs that exceed them. */
class ProcessLimitsTest {

    private static final FfmpegLimits LIMITS = new FfmpegLimits(600L << 20, 7, Duration.ofHours(2), 1 << 20);

    @TempDir
    private Path directory;

    static List<RealFfmpeg> ffmpegs() {
        return RealFfmpeg.both();
    }

    @Test
    void theLimitsApplyToTheStartedProcessItself() throws Exception {
        Ffmpeg reporter =
                fakeFfmpeg("echo pid $$; cat /proc/$$/limits /proc/$$/status; echo oom $(cat /proc/$$/oom_score_adj);"
                        + " echo niceness $(nice)");
        ProcessLimits limits = ProcessLimits.probe(reporter, LIMITS, null);
        Process process = start(reporter, limits, new RtmpOutput("rtmp://127.0.0.1/live/s3cr3t", false));
        String output = output(process);

        assertThat(output).contains("pid " + process.pid() + "\n");
        assertThat(output).containsPattern("Max core file size +0 +0 ");
        assertThat(output).containsPattern("Max open files +64 +64 ");
        assertThat(output).containsPattern("Max data size +629145600 +629145600 ");
        assertThat(output).containsPattern("Max cpu time +7200 +7260 ");
        assertThat(output).containsPattern("Max file size +unlimited ");
        assertThat(output).containsPattern("NoNewPrivs:\\s+1");
        assertThat(output).containsPattern("CapEff:\\s+0+\n").containsPattern("CapInh:\\s+0+\n");
        if (OwnUser.uid() == 0) {
            assertThat(output).containsPattern("CapBnd:\\s+0+\n");
        }
        assertThat(output).contains("niceness " + (niceness() + 7));
        int own = Integer.parseInt(
                Files.readString(Path.of("/proc/self/oom_score_adj")).strip());
        assertThat(output).contains("oom " + Math.min(own + 500, 1_000) + "\n");
    }

    /** This JVM's own, to which the child's is added. */
    private static int niceness() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        return Integer.parseInt(stat.replaceFirst(".*\\) ", "").split(" ", -1)[16]);
    }

    @Test
    void fileSizeIsLimitedIfFilesAreWritten() throws Exception {
        Ffmpeg reporter = fakeFfmpeg("cat /proc/$$/limits");
        Process process = start(reporter, ProcessLimits.probe(reporter, LIMITS, null), new HlsOutput(directory));
        assertThat(output(process)).containsPattern("Max file size +2147483648 ");
    }

    @Test
    void aPresetReachesTheProgramOnlyThroughADescriptor() throws Exception {
        Ffmpeg reporter = fakeFfmpeg(
                "echo \"arguments $*\"; env; tr '\\0' ' ' < /proc/$$/environ; echo; echo preset; cat /dev/fd/3");
        ProcessLimits limits = ProcessLimits.probe(reporter, LIMITS, null);
        String key = "s3cr3t$(id)`id`$HOME'\"?a=b&c=d";
        Process process = start(reporter, limits, new RtmpOutput("rtmp://127.0.0.1:1/live/" + key, false));
        String output = output(process);

        int preset = output.indexOf("preset\n");
        assertThat(output.substring(0, preset))
                .doesNotContain("s3cr3t")
                .contains("-fpre /dev/fd/3 -f flv rtmp://127.0.0.1:1/");
        assertThat(output.substring(preset)).isEqualTo("preset\nrtmp_app=live\nrtmp_playpath=" + key + "\n");
    }

    @ParameterizedTest
    @MethodSource("ffmpegs")
    void anFfmpegThatExceedsItsMemoryLimitIsDiagnosed(RealFfmpeg real) throws Exception {
        // Enough to start, too little for all the pictures that the encoder buffers.
        long memory = real == RealFfmpeg.ON_PATH ? 90L << 20 : 130L << 20;
        FfmpegLimits narrow = new FfmpegLimits(memory, 0, Duration.ofHours(1), 1 << 20);
        ProcessLimits limits = ProcessLimits.probe(real.get(), narrow, null);
        Path input = Path.of("src/test/resources/fixtures/webm-vp8-opus.webm");
        Path errors = directory.resolve("errors");
        ProcessBuilder builder = builder(real.get(), limits, new HlsOutput(directory), "video/webm;codecs=vp8,opus")
                .redirectInput(input.toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(errors.toFile());
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        StderrTail tail = new StderrTail(new Redactor(List.of(), List.of()));
        Files.readAllLines(errors).forEach(tail::add);
        assertThat(FailureDiagnosis.of(process.exitValue(), tail, null, false).failure())
                .hasValueSatisfying(failure -> {
                    assertThat(failure.code()).isEqualTo(FailureCode.FFMPEG_FAILED);
                    assertThat(failure.message()).contains("exceeded its memory limit");
                });
    }

    @ParameterizedTest
    @MethodSource("ffmpegs")
    void anFfmpegThatCannotStartWithinItsLimitsIsAnError(RealFfmpeg real) {
        FfmpegLimits tiny = new FfmpegLimits(2L << 20, 0, Duration.ofHours(1), 1 << 20);
        assertThatThrownBy(() -> ProcessLimits.probe(real.get(), tiny, null))
                .isInstanceOf(FfmpegUnavailableException.class)
                .hasMessageContaining("2 MB of memory");
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static Process start(Ffmpeg ffmpeg, ProcessLimits limits, Output output) throws IOException {
        return builder(ffmpeg, limits, output, "video/webm;codecs=vp8,opus").start();
    }

    private static ProcessBuilder builder(Ffmpeg ffmpeg, ProcessLimits limits, Output output, String type) {
        StreamPlan plan = new StreamPlanner(ffmpeg.capabilities())
                .plan(List.of(MediaFormat.parse(type).orElseThrow()), List.of(output), null, null)
                .orElseThrow();
        FfmpegCommand command = FfmpegCommand.of(
                ffmpeg, plan, new FfmpegCommand.Settings(Duration.ofSeconds(2), 1 << 20, limits.supportsPresets()));
        ProcessSpec spec = limits.specFor(
                command, ffmpeg.environment(), plan.workingDirectory().orElse(Path.of(".")));
        ProcessBuilder builder =
                new ProcessBuilder(spec.command()).directory(spec.directory().toFile());
        builder.environment().clear();
        builder.environment().putAll(spec.environment());
        return builder;
    }

    /** A script that forwards probes to the FFmpeg on the PATH and runs the body for a stream. */
    private Ffmpeg fakeFfmpeg(String body) throws IOException {
        Ffmpeg real = RealFfmpeg.ON_PATH.get();
        Path script = directory.resolve("fake-ffmpeg");
        Files.writeString(
                script,
                "#!/bin/sh\ncase \" $* \" in *\" pipe:0 \"*) ;; *) exec " + real.executable() + " \"$@\" ;; esac\n"
                        + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return new Ffmpeg(script, Ffmpeg.Source.FLAG, real.capabilities(), real.environment());
    }
}
