package io.sluice.gateway.ffmpeg.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegUser;
import io.sluice.gateway.ffmpeg.install.FfmpegUserException;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.files.FileOwner;
import io.sluice.gateway.files.OwnUser;
import io.sluice.gateway.files.StateFolder;
import io.sluice.gateway.files.StateLocation;
import io.sluice.gateway.output.Output.HlsOutput;
import io.sluice.gateway.process.ProcessSpec;
import io.sluice.protocol.MediaFormat;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** FFmpeg as another user than root, who runs the gateway. */
class FfmpegUserTest {

    private static final FfmpegLimits LIMITS = FfmpegLimits.defaults();

    @TempDir
    private Path directory;

    static List<RealFfmpeg> ffmpegs() {
        return RealFfmpeg.both();
    }

    @BeforeEach
    void onlyRootCan() {
        Assumptions.assumeTrue(OwnUser.uid() == 0, "only the superuser can start programs as another user");
    }

    @ParameterizedTest
    @MethodSource("ffmpegs")
    void itWritesAPreviewInDirectoriesThatItCannotEnter(RealFfmpeg real) throws Exception {
        Ffmpeg ffmpeg = real.get();
        FfmpegUser user = FfmpegUser.find("nobody", ffmpeg.environment());
        ProcessLimits limits = ProcessLimits.probe(ffmpeg, LIMITS, user);
        StateFolder state = StateFolder.in(
                new StateLocation(directory.toRealPath(), "test"), new FileOwner(user.uid(), user.gid()));
        Path preview = state.createPreview("a");
        Process process = start(ffmpeg, limits, preview);
        process.getOutputStream().write(Files.readAllBytes(Path.of("src/test/resources/fixtures/webm-vp8-opus.webm")));
        process.getOutputStream().flush();
        String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
        process.getOutputStream().close();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(preview.resolve("index.m3u8")).isNotEmptyFile();
        assertThat(Files.getAttribute(preview.resolve("index.m3u8"), "unix:uid"))
                .isEqualTo(user.uid());
        assertThat(status)
                .containsPattern("Uid:(\\s+" + user.uid() + "){4}\n")
                .containsPattern("Gid:(\\s+" + user.gid() + "){4}\n")
                .containsPattern("Groups:\\s*\n")
                .containsPattern("CapEff:\\s+0+\n")
                .containsPattern("CapPrm:\\s+0+\n")
                .containsPattern("CapBnd:\\s+0+\n")
                .containsPattern("NoNewPrivs:\\s+1\n");
        state.remove();
        assertThat(preview).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-user", "-u", "root", "0"})
    void aUserThatDoesNotExistOrIsRootIsRefused(String name) {
        assertThatThrownBy(() -> FfmpegUser.find(name, RealFfmpeg.ON_PATH.get().environment()))
                .isInstanceOf(FfmpegUserException.class)
                .hasMessageContaining("user " + name);
    }

    @Test
    void anFfmpegThatTheUserCannotReadIsRefused() throws Exception {
        Ffmpeg real = RealFfmpeg.ON_PATH.get();
        Path script = directory.resolve("ffmpeg");
        Files.writeString(script, "#!/bin/sh\nexec " + real.executable() + " \"$@\"\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        Ffmpeg own = new Ffmpeg(script, Ffmpeg.Source.FLAG, real.capabilities(), real.environment());
        FfmpegUser user = FfmpegUser.find("nobody", real.environment());
        assertThatThrownBy(() -> ProcessLimits.probe(own, LIMITS, user))
                .isInstanceOf(FfmpegUserException.class)
                .hasMessageStartingWith("cannot run " + script + " as nobody: ")
                .hasMessageContaining("Permission denied");
    }

    @Test
    void whatItCanReadIsWhatTheUserCanRead() throws Exception {
        Ffmpeg ffmpeg = RealFfmpeg.ON_PATH.get();
        FfmpegUser user = FfmpegUser.find("nobody", ffmpeg.environment());
        ProcessLimits limits = ProcessLimits.probe(ffmpeg, LIMITS, user);
        Path file = Files.createFile(directory.resolve("authorities.pem"));
        assertThat(limits.canRead(file)).as("in a directory of mode 700").isFalse();
        assertThat(limits.canRead(Path.of("/etc/passwd"))).isTrue();
        assertThat(limits.canRead(Path.of("/etc/shadow"))).isFalse();
    }

    private static Process start(Ffmpeg ffmpeg, ProcessLimits limits, Path preview) throws Exception {
        StreamPlan plan = new StreamPlanner(ffmpeg.capabilities())
                .plan(
                        List.of(MediaFormat.parse("video/webm;codecs=vp8,opus").orElseThrow()),
                        List.of(new HlsOutput(preview)),
                        null,
                        null)
                .orElseThrow();
        FfmpegCommand command = FfmpegCommand.of(
                ffmpeg, plan, new FfmpegCommand.Settings(Duration.ofSeconds(2), 1 << 20, limits.supportsPresets()));
        ProcessSpec spec = limits.specFor(command, ffmpeg.environment(), preview);
        ProcessBuilder builder = new ProcessBuilder(spec.command())
                .directory(spec.directory().toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(spec.environment());
        return builder.start();
    }
}
