package io.sluice.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustedFolderTest {

    private static final int NOBODY = 65_534;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path temporary;

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeEach
    void resolve() throws IOException {
        directory = temporary.toRealPath();
    }

    private static Path mode(Path path, String permissions) throws IOException {
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private static Path open(Path path) throws IOException {
        return TrustedFolder.open(path, TrustedFolder.Access.OWNER);
    }

    @Test
    void whatIsMissingIsCreatedForItsOwnerOnly() throws IOException {
        Path created = open(directory.resolve("a/b/c"));
        for (Path path : new Path[] {created, directory.resolve("a/b"), directory.resolve("a")}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void aFolderThatOthersMayUseIsRefusedWithTheRemedy() throws IOException {
        Path folder = mode(Files.createDirectory(directory.resolve("open")), "rwxr-x---");
        assertThatIOException()
                .isThrownBy(() -> open(folder))
                .withMessage(
                        folder + " is open to other users (mode 750): run chmod 700 " + folder + ", or choose another");
        assertThat(TrustedFolder.open(folder, TrustedFolder.Access.ALL)).isEqualTo(folder);
        mode(folder, "rwxrwx---");
        assertThatIOException()
                .isThrownBy(() -> TrustedFolder.open(folder, TrustedFolder.Access.ALL))
                .withMessageContaining("run chmod go-w " + folder);
    }

    @Test
    void aFolderThatOthersCanReplaceIsRefused() throws IOException {
        Path shared = Files.createDirectory(directory.resolve("shared"));
        Path folder = open(shared.resolve("folder"));
        mode(shared, "rwxrwxr-x");
        assertThatIOException()
                .isThrownBy(() -> open(folder))
                .withMessageContaining("other users can replace what is in " + shared)
                .withMessageContaining("chmod go-w " + shared);
        assertThatIOException()
                .as("not even created")
                .isThrownBy(() -> open(shared.resolve("missing")))
                .withMessageContaining("chmod go-w " + shared);
        assertThat(shared.resolve("missing")).doesNotExist();
    }

    @Test
    void inAStickyDirectoryOthersCanReplaceNothing() throws IOException {
        Path shared = Files.createDirectory(directory.resolve("sticky"));
        Files.setAttribute(shared, "unix:mode", 01_777);
        assertThat(open(shared.resolve("folder"))).isDirectory();
    }

    @Test
    void aLinkIsResolvedOnceAndItsTargetChecked() throws IOException {
        Path target = open(directory.resolve("target"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        assertThat(open(link)).isEqualTo(target);
        mode(target, "rwxrwxrwx");
        assertThatIOException().isThrownBy(() -> open(link)).withMessageContaining("chmod 700 " + target);
    }

    @Test
    void aFileIsRefused() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatIOException().isThrownBy(() -> open(file)).withMessageContaining("is not a directory");
        assertThatIOException()
                .isThrownBy(() -> open(file.resolve("below")))
                .withMessageContaining("is not a directory");
    }

    @Test
    void aFolderOfAnotherUserIsRefusedAndSoIsOneBelowIt() throws IOException {
        Assumptions.assumeTrue(OwnUser.uid() == 0, "only the superuser can give files away");
        Path foreign = Files.createDirectory(directory.resolve("foreign"));
        Path below = open(foreign.resolve("below"));
        Files.setAttribute(foreign, "unix:uid", NOBODY);
        assertThatIOException()
                .isThrownBy(() -> open(foreign))
                .withMessageContaining("belongs to user 65534, and the gateway runs as 0: run chown 0 " + foreign);
        assertThatIOException()
                .isThrownBy(() -> open(below))
                .withMessageContaining(foreign + " belongs to user 65534, who can replace what is in it");
    }
}
