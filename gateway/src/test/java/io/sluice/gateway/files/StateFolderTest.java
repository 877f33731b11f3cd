package io.sluice.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFolderTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path temporary;

    @SuppressWarnings("NullAway.Init")
    private Path location;

    @SuppressWarnings("NullAway.Init")
    private StateFolder folder;

    @BeforeEach
    void open() throws IOException {
        location = TrustedFolder.open(temporary.resolve("state"), TrustedFolder.Access.OWNER);
        folder = StateFolder.in(new StateLocation(location, "test"));
    }

    @AfterEach
    void remove() {
        folder.remove();
    }

    @Test
    void theEmptyDirectoryIsReadOnlyAndPreviewsAreForTheOwner() throws IOException {
        assertThat(mode(folder.empty())).isEqualTo("r-x------");
        assertThat(mode(folder.createPreview("a"))).isEqualTo("rwx------");
        assertThat(folder.problem()).isEmpty();
    }

    @Test
    void whateverIsDeletedIsCreatedAgain() throws IOException {
        folder.createPreview("first");
        Path instance = instance();
        FileTree.delete(instance.resolve("previews"));
        assertThat(folder.createPreview("second")).isDirectory();
        FileTree.delete(instance.resolve("empty"));
        assertThat(mode(folder.empty())).isEqualTo("r-x------");
        FileTree.delete(instance);
        assertThat(folder.createPreview("third")).isDirectory();
        assertThat(folder.empty()).isEmptyDirectory();
        FileTree.delete(location);
        folder.check(true);
        assertThat(folder.problem()).isEmpty();
        assertThat(folder.createPreview("fourth")).isDirectory();
    }

    @Test
    void whatCannotBeCreatedAgainIsAReasonNotToBeReadyUntilItCan() throws IOException {
        FileTree.delete(location);
        Files.createFile(location);
        folder.check(true);
        assertThat(folder.problem())
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith("the state folder is not usable: ")
                        .doesNotContain("/"));
        assertThatIOException().isThrownBy(() -> folder.createPreview("a")).withMessageContaining("is not a directory");
        Files.delete(location);
        folder.check(true);
        assertThat(folder.problem()).isEmpty();
    }

    /** What a stranger puts in the place of a folder that was cleaned away. */
    @Test
    void aReplacementThatIsNotSafeIsNotUsed() throws IOException {
        Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
        Path instance = instance();
        FileTree.delete(location);
        Files.createDirectory(location);
        Files.setPosixFilePermissions(location, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.createSymbolicLink(location.resolve(location.relativize(instance)), elsewhere);
        assertThatIOException().isThrownBy(() -> folder.createPreview("a")).withMessageContaining("chmod 700");
        assertThatIOException().isThrownBy(() -> folder.empty());
        assertThat(folder.problem()).isPresent();
        assertThat(elsewhere).isEmptyDirectory();
    }

    @Test
    void nothingIsCreatedAgainAfterTheEnd() {
        folder.remove();
        assertThatIOException().isThrownBy(() -> folder.createPreview("late"));
        assertThat(location).isDirectoryNotContaining("glob:**instance*");
    }

    private Path instance() throws IOException {
        return Objects.requireNonNull(folder.empty().getParent());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
