package io.sluice.gateway.ffmpeg.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.ffmpeg.run.RealFfmpeg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the fake programs are shell scripts")
class FfmpegLocatorTest {

    @TempDir
    private Path directory;

    @Test
    void theOneOnThePathComesBeforeTheBundledOne() {
        Ffmpeg ffmpeg = RealFfmpeg.ON_PATH.get();
        assertThat(ffmpeg.executable()).isAbsolute();
        assertThat(ffmpeg.capabilities().encoders()).contains("aac", "libx264");
        assertThat(ffmpeg.capabilities().muxers()).contains("flv", "hls");
        assertThat(ffmpeg.capabilities().demuxers()).contains("matroska", "webm", "mov", "mp4");
        assertThat(ffmpeg.capabilities().outputProtocols()).contains("rtmp", "rtmps");
    }

    @Test
    void theBundledOneComesWhenThereIsNoneOnThePath() {
        Ffmpeg ffmpeg = RealFfmpeg.BUNDLED.get();
        assertThat(ffmpeg.capabilities().encoders()).contains("aac", "libx264", "libopenh264");
        assertThat(ffmpeg.capabilities().writesEnhancedVideo()).isTrue();
        assertThat(ffmpeg.capabilities().writesEnhancedAudio()).isTrue();
        assertThat(ffmpeg.ffprobe()).isPresent();
    }

    @Test
    void theNamedOneIsTheOnlyOneTried() {
        assertThatThrownBy(() -> locator(Map.of()).locate(directory.resolve("nowhere")))
                .isInstanceOf(FfmpegUnavailableException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("no such file");
        assertThatThrownBy(() -> locator(Map.of()).locate(directory)).hasMessageContaining("it is a directory");
        assertThatThrownBy(() -> locator(Map.of()).locate(Files.writeString(directory.resolve("text"), "x")))
                .hasMessageContaining("it is not executable");
        assertThatThrownBy(() -> locator(Map.of()).locate(script("exit 3", "three")))
                .hasMessageContaining("exit code 3");
    }

    @Test
    void everyMissingLibraryOfTheNamedOneIsNamed() {
        assertThatThrownBy(() -> locator(Map.of())
                        .locate(script(
                                "echo 'x: error while loading shared libraries: libnope.so.7: cannot open shared object"
                                        + " file' >&2; exit 127",
                                "broken")))
                .hasMessageContaining("missing shared libraries: libnope.so.7");
    }

    @Test
    void oneOnThePathThatCannotStartIsPassedOver() throws Exception {
        script("exit 1", "ffmpeg");
        Ffmpeg ffmpeg = locator(Map.of("PATH", directory.toString())).locate(null);
        assertThat(ffmpeg.source()).isEqualTo(Ffmpeg.Source.BUNDLED);
    }

    @Test
    void aStandInThatListsNothingIsTakenAndCanDoNothing() throws Exception {
        Ffmpeg ffmpeg = locator(Map.of()).locate(script("echo ffmpeg version 7.1-standin", "standin"));
        assertThat(ffmpeg.capabilities().version()).isEqualTo("7.1-standin");
        assertThat(ffmpeg.capabilities().encoders()).isEmpty();
        assertThat(ffmpeg.capabilities().writesEnhancedVideo()).isFalse();
    }

    @Test
    void whenThereIsNoneEachThatWasTriedIsListedWithItsReason() throws Exception {
        script("echo 'bad luck'; exit 9", "ffmpeg");
        BundledFfmpeg none = new BundledFfmpeg(ClassLoader.getPlatformClassLoader(), directory, n -> false);
        FfmpegLocator locator = new FfmpegLocator(Map.of("PATH", directory.toString()), List.of(), none);
        assertThatThrownBy(() -> locator.locate(null))
                .hasMessageContaining("on the PATH")
                .hasMessageContaining("bad luck")
                .hasMessageContaining("this build bundles none");
    }

    @Test
    void theProbeGetsNoSecretsAndWhatTheOperatorLetsThrough() throws Exception {
        Path seen = directory.resolve("seen");
        Path spy = script("env > " + seen + "; echo ffmpeg version 1", "spy");
        Map<String, String> parent =
                new HashMap<>(Map.of("SLUICE_PUBLISH", "secret", "FFREPORT", "file=x", "LD_PRELOAD", ""));
        parent.putAll(Map.of("SINK_OUT", "sink", "TOKEN", "secret", "TZ", "UTC", "PATH", System.getenv("PATH")));

        Ffmpeg ffmpeg = new FfmpegLocator(parent, List.of("SINK_*")).locate(spy);

        assertThat(Files.readString(seen)).contains("SINK_OUT=sink", "TZ=UTC").doesNotContain("secret", "FFREPORT");
        assertThat(ffmpeg.environment()).containsOnlyKeys("SINK_OUT", "TZ", "PATH");
        assertThat(ffmpeg.toString()).doesNotContain("sink");
    }

    @Test
    void aProgramThatHangsIsKilledWithItsChildren() throws Exception {
        Path hanging = script("echo $$ > " + directory.resolve("pid") + "; sleep 600 & sleep 600", "hanging");
        ProbeProcess.Answer answer = ProbeProcess.start(hanging, List.of(), Map.of("PATH", System.getenv("PATH")))
                .await(Duration.ofMillis(500));
        assertThat(answer.inTime()).isFalse();
        long pid = Long.parseLong(Files.readString(directory.resolve("pid")).trim());
        ProcessHandle.of(pid)
                .ifPresent(p -> p.onExit().orTimeout(5, TimeUnit.SECONDS).join());
        assertThat(ProcessHandle.of(pid).flatMap(p -> p.children().findAny())).isEmpty();
    }

    @Test
    void probingIsQuick() throws Exception {
        for (RealFfmpeg real : RealFfmpeg.both()) {
            Ffmpeg ffmpeg = real.get();
            long start = System.nanoTime();
            FfmpegProbe.probe(ffmpeg.executable(), ffmpeg.environment());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
        }
    }

    private static FfmpegLocator locator(Map<String, String> environment) {
        return new FfmpegLocator(environment, List.of(), new BundledFfmpeg(System.getenv()));
    }

    private Path script(String body, String name) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + body + "\n");
        if (!file.toFile().setExecutable(true)) {
            throw new IOException("cannot make executable: " + file);
        }
        return file;
    }
}
