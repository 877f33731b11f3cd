package io.sluice.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceFolderTest {

    private static final String OTHER = "instance-0123456789abcdef-0123456789abcdef";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path temporary;

    @SuppressWarnings("NullAway.Init")
    private Path parent;

    @BeforeEach
    void resolve() throws IOException {
        parent = temporary.toRealPath();
    }

    /** A gateway that starts and is killed, in another JVM. */
    static final class Other {

        private Other() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println(InstanceFolder.create(Path.of(arguments[0])).path());
            Runtime.getRuntime().halt(0);
        }
    }

    private Path startAndKillAnother() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        parent.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return Path.of(output.lines().reduce("", (first, last) -> last));
    }

    @Test
    void itBelongsToItsOwnerOnlyAndIsRemovedWithItsContent() throws IOException {
        InstanceFolder instance = InstanceFolder.create(parent);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(instance.path())))
                .isEqualTo("rwx------");
        Files.createFile(Files.createDirectory(instance.path().resolve("a")).resolve("b"));
        instance.remove();
        assertThat(instance.path()).doesNotExist();
    }

    /** A lock ends with the first descriptor of its file that its process closes. */
    @Test
    void oneThatIsAliveIsKeptByOtherJvmsAndWhoeverIsGoneIsRemoved() throws Exception {
        InstanceFolder first = InstanceFolder.create(parent);
        InstanceFolder second = InstanceFolder.create(parent);
        Path gone = startAndKillAnother();
        assertThat(gone).isDirectory();
        assertThat(first.path()).isDirectory();
        assertThat(second.path()).isDirectory();
        InstanceFolder third = InstanceFolder.create(parent);
        assertThat(gone).doesNotExist();
        for (InstanceFolder each : new InstanceFolder[] {first, second, third}) {
            assertThat(each.isIntact()).isTrue();
            each.remove();
        }
    }

    @Test
    void oneWithoutALockFileIsRemovedAfterAWhile() throws IOException {
        Path other = Files.createDirectory(parent.resolve(OTHER));
        InstanceFolder.create(parent).remove();
        assertThat(other).isDirectory();
        Files.setLastModifiedTime(other, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        InstanceFolder.create(parent).remove();
        assertThat(other).doesNotExist();
    }

    @Test
    void namesOfStrangersNeitherPreventAStartNorAreTouched() throws IOException {
        String[] names = {"sluice-99999999999999999999-x", "instance-x", "instance--", OTHER + "x"};
        for (String name : names) {
            Files.createFile(Files.createDirectory(parent.resolve(name)).resolve("lock"));
        }
        Path link = Files.createSymbolicLink(parent.resolve(OTHER), parent.resolve(names[0]));
        Files.createDirectory(parent.resolve(OTHER.replace('0', '1')).resolve("")); // a lock that is a directory
        Files.createDirectory(parent.resolve(OTHER.replace('0', '1')).resolve("lock"));
        InstanceFolder.create(parent).remove();
        for (String name : names) {
            assertThat(parent.resolve(name).resolve("lock")).exists();
        }
        assertThat(link).doesNotExist();
    }

    @Test
    void aLockFileThatIsDeletedIsCreatedAgain() throws Exception {
        InstanceFolder instance = InstanceFolder.create(parent);
        Files.delete(instance.path().resolve("lock"));
        assertThat(instance.isIntact()).isTrue();
        startAndKillAnother();
        assertThat(instance.path()).isDirectory();
        instance.remove();
    }

    @Test
    void oneThatWasReplacedIsNotIntact() throws IOException {
        InstanceFolder instance = InstanceFolder.create(parent);
        Path moved = Files.move(instance.path(), parent.resolve("moved"));
        assertThat(instance.isIntact()).isFalse();
        Files.createSymbolicLink(instance.path(), moved);
        assertThat(instance.isIntact()).isFalse();
        Files.delete(instance.path());
        Files.createDirectory(instance.path());
        assertThat(instance.isIntact()).isFalse();
        instance.release();
    }
}
