package io.sluice.gateway.ffmpeg.install;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.files.OwnUser;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BundledFfmpegTest {

    private static final Map<String, String> NOTHING = Map.of();

    @TempDir
    private Path home;

    @Test
    void itIsExtractedWhereOnlyItsOwnerCanWriteAndWithoutTheBindingsForJava() throws Exception {
        Path directory = extract(bundled()).directory();

        assertThat(directory.getParent()).isEqualTo(cache());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwxr-xr-x");
        assertThat(names(directory)).contains("ffmpeg", "ffprobe").noneMatch(n -> n.contains("jni"));
        assertOneCopy();
    }

    /** The copy and the file of its lock. */
    private void assertOneCopy() throws IOException {
        assertThat(names(cache())).as("no temporary files remain").hasSize(2);
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
        assertOneCopy();
    }

    /** As an attacker leaves it who could write to the directory for a while. */
    @ParameterizedTest
    @EnumSource
    void aCopyThatIsNotTheOneOnTheClassPathIsReplacedBeforeItRuns(Plant plant) throws Exception {
        BundledFfmpeg.Extracted first = extract(bundled());
        byte[] original = Files.readAllBytes(first.executable());
        plant.in(first.directory(), first.executable());
        BundledFfmpeg.Extracted second = extract(bundled());
        assertThat(second.executable()).hasBinaryContent(original);
        assertThat(Files.isSymbolicLink(second.executable())).isFalse();
        assertThat(names(second.directory())).doesNotContain("libc.so.6");
        assertThat(Files.getAttribute(second.executable(), "unix:uid")).isEqualTo(Files.getAttribute(home, "unix:uid"));
        assertOneCopy();
    }

    private enum Plant {
        OTHER_CONTENT_OF_THE_SAME_SIZE {
            @Override
            void in(Path directory, Path executable) throws IOException {
                byte[] content = Files.readAllBytes(executable);
                content[content.length / 2] ^= 1;
                Files.write(executable, content);
            }
        },
        A_LIBRARY_THAT_THE_LOADER_WOULD_PREFER {
            @Override
            void in(Path directory, Path executable) throws IOException {
                Files.copy(directory.resolve("libavutil.so.60"), directory.resolve("libc.so.6"));
            }
        },
        A_LINK_TO_THE_SAME_CONTENT {
            @Override
            void in(Path directory, Path executable) throws IOException {
                Path elsewhere = Files.createTempDirectory("elsewhere").resolve("ffmpeg");
                Files.createSymbolicLink(executable, Files.move(executable, elsewhere));
            }
        },
        WRITABLE_BY_OTHERS {
            @Override
            void in(Path directory, Path executable) throws IOException {
                Files.setPosixFilePermissions(executable, PosixFilePermissions.fromString("rwxrwxrwx"));
            }
        },
        OWNED_BY_ANOTHER_USER {
            @Override
            void in(Path directory, Path executable) throws IOException {
                Assumptions.assumeTrue(OwnUser.uid() == 0, "only the superuser can give files away");
                Files.setAttribute(executable, "unix:uid", 65_534);
            }
        };

        abstract void in(Path directory, Path executable) throws IOException;
    }

    @Test
    void nothingInACacheThatOthersCanChangeIsUsed() throws Exception {
        Path planted = extract(bundled()).executable();
        Files.setPosixFilePermissions(cache(), PosixFilePermissions.fromString("rwxrwxr-x"));
        assertThat(extract(bundled()).executable()).isNotEqualTo(planted).isExecutable();
        Files.setPosixFilePermissions(cache(), PosixFilePermissions.fromString("rwxr-xr-x"));
        assertThat(extract(bundled()).executable()).isEqualTo(planted);
        if (OwnUser.uid() == 0) {
            Files.setAttribute(cache(), "unix:uid", 65_534);
            assertThat(extract(bundled()).executable()).isNotEqualTo(planted).isExecutable();
        }
    }

    @Test
    void whatAKilledExtractionLeftIsRemoved() throws Exception {
        Path own = extract(bundled()).directory();
        Path left = Files.createDirectory(own.resolveSibling("ffmpeg-linux-old.new123"));
        Path young = Files.createDirectory(own.resolveSibling("ffmpeg-linux-other.new"));
        Files.setLastModifiedTime(left, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        Files.move(own, own.resolveSibling(own.getFileName() + ".new"));
        extract(bundled());
        assertThat(left).doesNotExist();
        assertThat(own).isDirectory();
        Files.delete(young);
        assertOneCopy();
    }

    @Test
    void concurrentExtractionsResultInOneCompleteCopy() throws Exception {
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
        assertOneCopy();
    }

    @Test
    void aDirectoryThatOthersCanWriteToIsNotTrusted() throws Exception {
        Path directory = extract(bundled()).directory();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(directory.resolve("planted"), "x");
        extract(bundled());
        assertThat(names(directory)).doesNotContain("planted");
    }

    @Test
    void withoutAWritableCacheItIsExtractedIntoATemporaryDirectory() throws Exception {
        Path file = Files.createFile(home.resolve("file"));
        BundledFfmpeg nowhere = new BundledFfmpeg(getClass().getClassLoader(), file.resolve("cache"), n -> false);
        BundledFfmpeg.Extracted extracted = extract(nowhere);
        assertThat(extracted.executable()).isExecutable();
        assertThat(extracted.directory().toString()).contains("/sluice-ffmpeg-");
    }

    /** Simulates a host without audio libraries: the program is patched to require names that exist nowhere. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void missingDeviceLibrariesAreReplacedByEmptyOnesWithoutAWarning() throws Exception {
        BundledFfmpeg.Extracted extracted = extract(new BundledFfmpeg(
                requiringMissingLibraries(), cache(), List.of("libpulsX.so.0", "libasouXd.so.2")::contains));

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
    void otherMissingLibrariesAreNamed() throws Exception {
        BundledFfmpeg strict = new BundledFfmpeg(requiringMissingLibraries(), cache(), name -> false);
        assertThatThrownBy(() -> new FfmpegLocator(Map.of("PATH", ""), List.of(), strict).locate(null))
                .isInstanceOf(FfmpegUnavailableException.class)
                .hasMessageContaining("no ffmpeg on the PATH")
                .hasMessageContaining("missing shared libraries: libasouXd.so.2, libpulsX.so.0");
    }

    /** A class path with a patched copy. */
    private ClassLoader requiringMissingLibraries() throws IOException {
        Path original = extract(bundled()).directory();
        Path directory =
                Files.createDirectories(home.resolve("classes/org/bytedeco/ffmpeg/" + Platform.current() + "-gpl"));
        for (String name : names(original)) {
            if (name.equals(BundledFfmpeg.STUBS)) {
                continue;
            }
            Files.copy(original.resolve(name), directory.resolve(name));
        }
        Path library = directory.resolve("libavdevice.so.62");
        // ISO-8859-1 maps bytes to characters one to one.
        String content = Files.readString(library, StandardCharsets.ISO_8859_1);
        assertThat(content).contains("libpulse.so.0", "libasound.so.2");
        Files.writeString(
                library,
                content.replace("libpulse.so.0", "libpulsX.so.0").replace("libasound.so.2", "libasouXd.so.2"),
                StandardCharsets.ISO_8859_1);
        return new URLClassLoader(new URL[] {home.resolve("classes").toUri().toURL()}, null);
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
