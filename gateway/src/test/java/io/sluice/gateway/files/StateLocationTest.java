package io.sluice.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateLocationTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path temporary;

    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @BeforeEach
    void resolve() throws IOException {
        directory = temporary.toRealPath();
    }

    @Test
    void theOperatorsChoiceIsUsedWhateverTheVariablesSay() throws IOException {
        StateLocation chosen = StateLocation.of(
                directory.resolve("chosen"),
                Map.of("STATE_DIRECTORY", directory.resolve("other").toString()));
        assertThat(chosen.path()).isEqualTo(directory.resolve("chosen"));
    }

    @Test
    void anUnsafeChoiceIsAnErrorAndNotReplacedByAnother() throws IOException {
        Path open = Files.setPosixFilePermissions(
                Files.createDirectory(directory.resolve("open")), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatIOException()
                .isThrownBy(() -> StateLocation.of(open, Map.of("XDG_STATE_HOME", directory.toString())))
                .withMessageContaining("cannot use the state folder " + open)
                .withMessageContaining("chmod 700");
    }

    @Test
    void theFirstOfSystemdsDirectoriesComesBeforeTheUsers() throws IOException {
        Path first = Files.createDirectory(directory.resolve("first"));
        Files.setPosixFilePermissions(first, PosixFilePermissions.fromString("rwxr-xr-x"));
        Map<String, String> environment = Map.of(
                "STATE_DIRECTORY", first + ":" + directory.resolve("second"), "XDG_STATE_HOME", directory.toString());
        StateLocation location = StateLocation.of(null, environment);
        assertThat(location.path()).isEqualTo(first.resolve("sluice"));
        assertThat(location.origin()).isEqualTo("STATE_DIRECTORY");
    }

    @Test
    void anUnsafeDefaultIsSkippedAndTheLogSaysWhy() throws IOException {
        Path unsafe = Files.setPosixFilePermissions(
                Files.createDirectory(directory.resolve("unsafe")), PosixFilePermissions.fromString("rwxrwxrwx"));
        Map<String, String> environment =
                Map.of("STATE_DIRECTORY", unsafe.toString(), "XDG_STATE_HOME", directory.toString());
        StateLocation location = StateLocation.of(null, environment);
        assertThat(location.path()).isEqualTo(directory.resolve("sluice"));
        assertThat(location.origin())
                .startsWith("XDG_STATE_HOME; not " + unsafe.resolve("sluice") + ": ")
                .contains("chmod go-w " + unsafe);
    }
}
