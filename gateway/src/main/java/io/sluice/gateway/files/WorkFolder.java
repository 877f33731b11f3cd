package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's own folder below the system's for temporary files: {@code empty} for FFmpegs that need none, {@code previews} for the
 * others. All methods block.
 */
public record WorkFolder(Path root, Path empty, Path previews) {

    private static final Logger LOG = LoggerFactory.getLogger(WorkFolder.class);
    private static final Pattern NAME = Pattern.compile("sluice-(\\d+)-.*");

    public static WorkFolder create() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        removeAbandoned(temporary);
        // Readable by the owner only, which is what createTempDirectory does where the file system can.
        Path root =
                Files.createTempDirectory("sluice-" + ProcessHandle.current().pid() + "-");
        Path empty = Files.createDirectory(root.resolve("empty"));
        if (empty.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            // All streams share it, so none may leave anything there for another.
            Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("r-x------"));
        }
        return new WorkFolder(root, empty, Files.createDirectory(root.resolve("previews")));
    }

    /** Deletes the folder and all that it contains. */
    public void remove() {
        delete(root);
    }

    /** A gateway that was killed could not clean up; the next one does. */
    private static void removeAbandoned(Path temporary) {
        try (Stream<Path> entries = Files.list(temporary)) {
            entries.filter(WorkFolder::isAbandoned).forEach(WorkFolder::delete);
        } catch (IOException e) {
            LOG.debug("The folders of earlier gateways could not be looked for", e);
        }
    }

    private static boolean isAbandoned(Path entry) {
        Matcher name = NAME.matcher(entry.getFileName().toString());
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty() && Files.isWritable(entry);
    }

    private static void delete(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> leavesFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : leavesFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            LOG.warn("The folder {} could not be removed", folder, e);
        }
    }
}
