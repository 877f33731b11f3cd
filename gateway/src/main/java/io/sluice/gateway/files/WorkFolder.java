package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's own directory below {@code java.io.tmpdir}. All methods block.
 *
 * @param root the directory itself
 * @param empty the working directory of runs that write no files; read-only
 * @param previews the parent of the preview directories
 */
public record WorkFolder(Path root, Path empty, Path previews) {

    private static final Logger LOG = LoggerFactory.getLogger(WorkFolder.class);
    private static final Pattern NAME = Pattern.compile("sluice-(\\d+)-.*");

    /**
     * Deletes the directories of gateways that are no longer running, and creates a new one.
     *
     * @return the new directory
     * @throws IOException if it cannot be created
     */
    public static WorkFolder create() throws IOException {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        removeAbandoned(temporary);
        // createTempDirectory makes it accessible to the owner only, where the file system supports that.
        Path root =
                Files.createTempDirectory("sluice-" + ProcessHandle.current().pid() + "-");
        Path empty = Files.createDirectory(root.resolve("empty"));
        if (empty.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            // All runs share it, so none may leave files for another.
            Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("r-x------"));
        }
        return new WorkFolder(root, empty, Files.createDirectory(root.resolve("previews")));
    }

    /** Deletes the directory with everything in it. Logs a warning if that fails. */
    public void remove() {
        delete(root);
    }

    /** A gateway that was killed could not clean up. */
    private static void removeAbandoned(Path temporary) {
        try (Stream<Path> entries = Files.list(temporary)) {
            entries.filter(WorkFolder::isAbandoned).forEach(WorkFolder::delete);
        } catch (IOException e) {
            LOG.debug("Cannot list the directories of earlier gateways", e);
        }
    }

    private static boolean isAbandoned(Path entry) {
        Matcher name = NAME.matcher(entry.getFileName().toString());
        return name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty() && Files.isWritable(entry);
    }

    private static void delete(Path folder) {
        try {
            FileTree.delete(folder);
        } catch (IOException e) {
            LOG.warn("Cannot delete the directory {}", folder, e);
        }
    }
}
