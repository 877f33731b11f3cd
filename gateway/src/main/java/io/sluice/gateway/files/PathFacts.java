package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What the system says of a path itself; links are not followed.
 *
 * @param uid number of the owner
 * @param mode type and permissions, as in {@code st_mode}
 * @param device number of the file system
 * @param inode number of the file in it
 */
record PathFacts(int uid, int mode, long device, long inode) {

    private static final int TYPE = 0170_000;
    private static final int DIRECTORY = 0040_000;
    private static final int REGULAR = 0100_000;
    private static final int STICKY = 01_000;
    private static final int OTHERS_MAY_WRITE = 022;
    private static final int OTHERS = 077;
    private static final int PERMISSIONS = 07_777;

    /** Whether the platform knows owners and modes; Windows does not. */
    static boolean supported(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    /** Reads them. Blocks. */
    static PathFacts of(Path path) throws IOException {
        Map<String, Object> all = Files.readAttributes(path, "unix:uid,mode,dev,ino", LinkOption.NOFOLLOW_LINKS);
        return new PathFacts(
                (int) number(all, "uid"), (int) number(all, "mode"), number(all, "dev"), number(all, "ino"));
    }

    /** The same, or empty if the path does not exist or cannot be examined. */
    static Optional<PathFacts> find(Path path) {
        try {
            return Optional.of(of(path));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long number(Map<String, Object> all, String name) {
        return ((Number) Objects.requireNonNull(all.get(name))).longValue();
    }

    boolean isDirectory() {
        return (mode & TYPE) == DIRECTORY;
    }

    boolean isRegularFile() {
        return (mode & TYPE) == REGULAR;
    }

    /** Whether others may write to it; into a sticky directory they may, but not replace what is not theirs. */
    boolean othersMayReplace() {
        return (mode & OTHERS_MAY_WRITE) != 0 && !(isDirectory() && (mode & STICKY) != 0);
    }

    boolean othersMayWrite() {
        return (mode & OTHERS_MAY_WRITE) != 0;
    }

    boolean othersMayUse() {
        return (mode & OTHERS) != 0;
    }

    /** The permissions, as {@code chmod} takes them. */
    String permissions() {
        return Integer.toOctalString(mode & PERMISSIONS);
    }

    boolean isSameFile(PathFacts other) {
        return device == other.device && inode == other.inode;
    }
}
