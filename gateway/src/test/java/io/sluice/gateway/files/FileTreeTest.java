package io.sluice.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FileTreeTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path directory;

    private enum Deletion {
        OF_THE_PLATFORM {
            @Override
            void delete(Path root) throws IOException {
                FileTree.delete(root);
            }
        },
        BY_PATH {
            @Override
            void delete(Path root) throws IOException {
                FileTree.deleteByPath(root);
            }
        };

        abstract void delete(Path root) throws IOException;
    }

    private Path tree() throws IOException {
        Path root = Files.createDirectory(directory.resolve("root"));
        Files.writeString(Files.createDirectories(root.resolve("a/b")).resolve("file"), "x");
        Files.createFile(root.resolve("file"));
        Files.createDirectory(root.resolve("empty"));
        return root;
    }

    @ParameterizedTest
    @EnumSource
    void deletesEverythingBelowTheRootAndTheRoot(Deletion deletion) throws IOException {
        deletion.delete(tree());
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource
    void deletesLinksAndNotWhatTheyPointTo(Deletion deletion) throws IOException {
        Path kept = Files.writeString(
                Files.createDirectory(directory.resolve("outside")).resolve("kept"), "x");
        Path root = tree();
        Files.createSymbolicLink(root.resolve("a/directory"), kept.getParent());
        Files.createSymbolicLink(root.resolve("a/file"), kept);
        Files.createSymbolicLink(root.resolve("a/dangling"), directory.resolve("nowhere"));
        deletion.delete(root);
        assertThat(root).doesNotExist();
        assertThat(kept).hasContent("x");
    }

    @ParameterizedTest
    @EnumSource
    void aRootThatIsALinkIsDeletedAsALink(Deletion deletion) throws IOException {
        Path root = tree();
        Path link = Files.createSymbolicLink(directory.resolve("link"), root);
        deletion.delete(link);
        assertThat(Files.isSymbolicLink(link)).isFalse();
        assertThat(root.resolve("a/b/file")).hasContent("x");
    }

    @ParameterizedTest
    @EnumSource
    void aSingleFileIsDeleted(Deletion deletion) throws IOException {
        deletion.delete(Files.createFile(directory.resolve("file")));
        assertThat(directory).isEmptyDirectory();
    }

    @ParameterizedTest
    @EnumSource
    void anUndeletableFileIsAnError(Deletion deletion) throws IOException {
        Path root = tree();
        Path locked = root.resolve("a/b");
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-x------"));
        Assumptions.assumeFalse(Files.isWritable(locked), "the superuser can delete anything");
        try {
            assertThatIOException().isThrownBy(() -> deletion.delete(root));
            assertThat(locked.resolve("file")).exists();
        } finally {
            Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("rwx------"));
        }
    }

    @Test
    void aMissingFileIsNoError() throws IOException {
        FileTree.delete(directory.resolve("nothing"));
        FileTree.delete(directory.resolve("no/parent"));
    }

    /** Whoever may write to a directory swaps what is in it, faster than it can be deleted. */
    @Test
    void aDirectoryThatBecomesALinkWhileItIsDeletedIsNotFollowed() throws Exception {
        Path kept = Files.createDirectory(directory.resolve("kept"));
        Files.writeString(Files.createDirectory(kept.resolve("b")).resolve("file"), "x");
        AtomicBoolean stop = new AtomicBoolean();
        Path place = Files.createDirectory(directory.resolve("place"));
        Thread attacker = new Thread(() -> {
            while (!stop.get()) {
                swap(place.resolve("root"), kept);
                swap(place.resolve("root/a"), kept);
                swap(place, directory);
            }
        });
        attacker.start();
        try {
            for (int i = 0; i < 500; i++) {
                try {
                    Files.createDirectories(place.resolve("root/a/b"));
                    FileTree.delete(place.resolve("root"));
                    FileTree.delete(place.resolve("kept"));
                } catch (IOException e) {
                    // It was in the middle of a swap.
                }
            }
        } finally {
            stop.set(true);
            attacker.join();
        }
        assertThat(kept.resolve("b/file")).hasContent("x");
    }

    /** Puts a link in the place of a directory, and the directory back. */
    private static void swap(Path path, Path target) {
        Path aside = path.resolveSibling("aside");
        try {
            Files.move(path, aside);
            Files.createSymbolicLink(path, target);
            Files.delete(path);
            Files.move(aside, path);
        } catch (IOException e) {
            // The other thread has just deleted or created it.
        }
    }

    @Test
    void aParentThatIsNotTheOneThatWasCheckedIsLeftAlone() throws IOException {
        Path root = tree();
        Object key = FileTree.key(directory.resolve("root/a"));
        assertThatIOException().isThrownBy(() -> FileTree.delete(root.resolve("file"), key));
        assertThat(root.resolve("file")).exists();
        Path link = Files.createSymbolicLink(directory.resolve("link"), root);
        assertThatIOException().isThrownBy(() -> FileTree.delete(link.resolve("file")));
        assertThat(root.resolve("file")).exists();
    }
}
