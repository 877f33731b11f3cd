package io.sluice.gateway.ffmpeg.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BundledFfmpegTest {

    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    private Path home;

    @Test
    void itIsExtractedForItsOwnerOnlyAndWithoutTheBindingsForJava() throws Exception {
        Path directory = extract(bundled()).directory();

        assertThat(directory.getParent()).isEqualTo(cache());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
        assertThat(names(directory)).contains("ffmpeg", "ffprobe").noneMatch(n -> n.contains("jni"));
        assertThat(names(cache())).as("no temporary files remain").hasSize(1);
    }

    @Test
    void theSecondStartExtractsNothingAndADamagedExtractionIsRepaired() throws Exception {
        Path executable = extract(bundled()).executable();
        FileTime written = Files.getLastModifiedTime(executable);
        extract(bundled());
        assertThat(Files.getLastModifiedTime(executable)).isEqualTo(written);

        Files.write(executable, new byte[10]);
        BundledFfmpeg.Extracted repaired = extract(bundled());
        assertThat(FfmpegProbe.probe(repaired.executable(), repaired.environment())
                        .version())
                .startsWith("8.");
        assertThat(names(cache())).hasSize(1);
    }

    @Test
    void severalAtOnceEndUpWithOneGoodCopy() throws Exception {
        List<CompletableFuture<Path>> all = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return extract(bundled()).executable();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }))
                .limit(3)
                .toList();
        assertThat(all.stream().map(CompletableFuture::join).distinct()).hasSize(1);
        assertThat(names(cache())).hasSize(1);
    }

    @Test
    void aDirectoryThatOthersMayWriteToIsNotTrusted() throws Exception {
        Path directory = extract(bundled()).directory();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(directory.resolve("planted"), "x");
        extract(bundled());
        assertThat(names(directory)).doesNotContain("planted");
    }

    @Test
    void withoutAWritableCacheItGoesIntoATemporaryDirectory() throws Exception {
        Path file = Files.createFile(home.resolve("file"));
        BundledFfmpeg nowhere = new BundledFfmpeg(getClass().getClassLoader(), file.resolve("cache"), n -> false);
        BundledFfmpeg.Extracted extracted = extract(nowhere);
        assertThat(extracted.executable()).isExecutable();
        assertThat(extracted.directory().getFileName().toString()).startsWith("sluice-ffmpeg");
    }

    /** Simulates a host without audio libraries: the extracted copy is patched to require names that exist nowhere. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void missingDeviceLibrariesAreReplacedByEmptyOnesWithoutAWarning() throws Exception {
        requireMissingLibraries(extract(bundled()).directory());

        BundledFfmpeg.Extracted extracted = extract(new BundledFfmpeg(
                getClass().getClassLoader(), cache(), List.of("libpulsX.so.0", "libasouXd.so.2")::contains));

        ProbeProcess.Answer answer = ProbeProcess.start(
                        extracted.executable(), List.of("-version"), extracted.environment())
                .await(Duration.ofSeconds(10));
        assertThat(answer.succeeded()).as(answer.output()).isTrue();
        assertThat(answer.output()).startsWith("ffmpeg version").doesNotContain("no version information");
        assertThat(FfmpegProbe.probe(extracted.executable(), extracted.environment())
                        .encoders())
                .contains("libx264", "aac");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void otherMissingLibrariesAreAllNamed() throws Exception {
        requireMissingLibraries(extract(bundled()).directory());

        BundledFfmpeg strict = new BundledFfmpeg(getClass().getClassLoader(), cache(), name -> false);
        assertThatThrownBy(() -> new FfmpegLocator(Map.of("PATH", ""), List.of(), strict).locate(null))
                .isInstanceOf(FfmpegUnavailableException.class)
                .hasMessageContaining("no ffmpeg on the PATH")
                .hasMessageContaining("missing shared libraries: libasouXd.so.2, libpulsX.so.0");
    }

    private static void requireMissingLibraries(Path directory) throws IOException {
        Path library = directory.resolve("libavdevice.so.62");
        // ISO-8859-1 maps bytes to characters one to one.
        String content = Files.readString(library, StandardCharsets.ISO_8859_1);
        assertThat(content).contains("libpulse.so.0", "libasound.so.2");
        Files.writeString(
                library,
                content.replace("libpulse.so.0", "libpulsX.so.0").replace("libasound.so.2", "libasouXd.so.2"),
                StandardCharsets.ISO_8859_1);
    }

    private BundledFfmpeg bundled() {
        return new BundledFfmpeg(Map.of("XDG_CACHE_HOME", home.toString()));
    }

    private Path cache() {
        return home.resolve("sluice");
    }

    private static BundledFfmpeg.Extracted extract(BundledFfmpeg bundled) throws IOException {
        return bundled.extract(NOTHING).orElseThrow();
    }

    private static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }
}
