package io.sluice.gateway.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.sluice.gateway.files.OwnUser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What somebody who controls FFmpeg leaves in the directory of a preview. */
class PreviewFileTest {

    @TempDir
    private Path directory;

    private Path preview;
    private Path file;

    @BeforeEach
    void aPreview() throws IOException {
        preview = Files.createDirectory(directory.resolve("preview"));
        file = preview.resolve("segment0.ts");
    }

    @Test
    void aRegularFileIsRead() throws IOException {
        Files.writeString(file, "media");
        assertThat(PreviewFile.size(file)).hasValue(5);
        try (FileChannel channel = PreviewFile.open(file)) {
            ByteBuffer bytes = ByteBuffer.allocate(9);
            assertThat(channel.read(bytes, 0)).isEqualTo(5);
        }
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), "secret");
        Files.createSymbolicLink(file, secret);
        assertThat(PreviewFile.size(file)).isEmpty();
        assertThatIOException().isThrownBy(() -> PreviewFile.open(file).close());
    }

    @Test
    @Timeout(10)
    void aPipeWithoutAWriterKeepsNobodyWaiting() throws Exception {
        Process mkfifo = new ProcessBuilder("mkfifo", file.toString()).start();
        assertThat(mkfifo.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(PreviewFile.size(file)).isEmpty();
        // As if it had just replaced a file.
        try (FileChannel channel = PreviewFile.open(file)) {
            assertThatIOException().isThrownBy(() -> channel.read(ByteBuffer.allocate(1), 0));
        }
    }

    @Test
    void aSecondNameOfSomebodyElsesFileIsNotServed() throws IOException {
        Assumptions.assumeTrue(OwnUser.uid() == 0, "only the superuser can give files away");
        Path secret = Files.writeString(directory.resolve("secret"), "secret");
        Files.createLink(file, secret);
        Files.setAttribute(preview, "unix:uid", 65_534);
        assertThat(PreviewFile.size(file)).isEmpty();
        Files.setAttribute(file, "unix:uid", 65_534);
        assertThat(PreviewFile.size(file)).isEqualTo(OptionalLong.of(6));
    }

    @Test
    void aDirectoryAndAMissingFileHaveNoSize() throws IOException {
        assertThat(PreviewFile.size(file)).isEmpty();
        Files.createDirectory(file);
        assertThat(PreviewFile.size(file)).isEmpty();
    }
}
