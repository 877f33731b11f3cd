package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.Optional;

/**
 * Directories that no other user can replace: they belong to this user, and so does everything above them, or to root;
 * no other user can write to any of them, except that others can create entries in a sticky directory such as
 * {@code /tmp}. In such a directory a path keeps its meaning between two calls, so no user can lead the gateway to
 * files elsewhere.
 *
 * <p>Platforms without owners and modes, such as Windows, are not checked. All methods block.
 */
public final class TrustedFolder {

    /** The mode of what the gateway creates. */
    private static final String OWNER_ONLY = "rwx------";

    private TrustedFolder() {}

    /** Who may look into a directory. */
    public enum Access {
        /** Only its owner. */
        OWNER,
        /** Everybody. */
        ALL
    }

    /**
     * Creates a directory unless it exists, and checks it and everything above it.
     *
     * @param path the directory; links in it are resolved now, once
     * @param access who may look into it
     * @return its real path, to be used instead of the given one
     * @throws IOException if it cannot be created or is not safe; the message says why, and how to mend it
     */
    public static Path open(Path path, Access access) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        Deque<Path> missing = new ArrayDeque<>();
        Path existing = absolute;
        while (!Files.exists(existing) && existing.getParent() != null) {
            missing.push(existing);
            existing = existing.getParent();
        }
        Path real = resolve(existing);
        if (!missing.isEmpty()) {
            require(problemAbove(real));
        }
        for (Path next : missing) {
            real = real.resolve(Objects.requireNonNull(next.getFileName()));
            create(real, access);
        }
        require(problem(real, access));
        return real;
    }

    /**
     * Why a directory is not safe.
     *
     * @param real its path, without links
     * @param access who may look into it
     * @return the reason, with what to do about it; empty if it is safe
     */
    static Optional<String> problem(Path real, Access access) {
        if (!PathFacts.supported(real)) {
            return Optional.empty();
        }
        Optional<PathFacts> facts = PathFacts.find(real);
        if (facts.isEmpty() || !facts.get().isDirectory()) {
            return Optional.of(real + " is not a directory: remove it, or choose another one");
        }
        if (facts.get().uid() != OwnUser.uid()) {
            return Optional.of("%s belongs to user %d, and the gateway runs as %d: run chown %d %s, or choose another"
                    .formatted(real, facts.get().uid(), OwnUser.uid(), OwnUser.uid(), real));
        }
        if (access == Access.OWNER ? facts.get().othersMayUse() : facts.get().othersMayWrite()) {
            return Optional.of("%s is open to other users (mode %s): run chmod %s %s, or choose another"
                    .formatted(real, facts.get().permissions(), access == Access.OWNER ? "700" : "go-w", real));
        }
        return Optional.ofNullable(real.getParent()).flatMap(TrustedFolder::problemAbove);
    }

    /** The same for a directory and all above it, which others can read, and which root can own. */
    private static Optional<String> problemAbove(Path real) {
        if (!PathFacts.supported(real)) {
            return Optional.empty();
        }
        for (Path path = real; path != null; path = path.getParent()) {
            Optional<String> problem = PathFacts.find(path).flatMap(TrustedFolder::problemAbove);
            if (problem.isPresent()) {
                return Optional.of(problem.get().formatted(path));
            }
        }
        return Optional.empty();
    }

    private static Optional<String> problemAbove(PathFacts facts) {
        if (facts.uid() != 0 && facts.uid() != OwnUser.uid()) {
            return Optional.of("%s belongs to user " + facts.uid()
                    + ", who can replace what is in it: choose a place that belongs to root or to the gateway's user");
        }
        if (facts.othersMayReplace()) {
            return Optional.of("other users can replace what is in %1$s (mode " + facts.permissions()
                    + "): run chmod go-w %1$s, or choose another place");
        }
        return facts.isDirectory() ? Optional.empty() : Optional.of("%s is not a directory");
    }

    /**
     * Whether this is a regular file, not a link to one, that belongs to this user and that no other user can write to.
     *
     * @param path its path, in a trusted directory
     * @return false if not, or if it does not exist
     */
    public static boolean isOwnFile(Path path) {
        return PathFacts.supported(path)
                ? PathFacts.find(path)
                        .filter(facts -> facts.isRegularFile() && isOwn(facts))
                        .isPresent()
                : Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The same for a directory.
     *
     * @param path its path, in a trusted directory
     * @return false if not, or if it does not exist
     */
    public static boolean isOwnFolder(Path path) {
        return PathFacts.supported(path)
                ? PathFacts.find(path)
                        .filter(facts -> facts.isDirectory() && isOwn(facts))
                        .isPresent()
                : Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    private static boolean isOwn(PathFacts facts) {
        return facts.uid() == OwnUser.uid() && !facts.othersMayWrite();
    }

    /**
     * Creates a directory for its owner only.
     *
     * @param path its path, in a trusted directory
     * @throws IOException if it exists or cannot be created
     */
    static void create(Path path) throws IOException {
        Files.createDirectory(path, ownerOnly(path));
    }

    private static void create(Path path, Access access) throws IOException {
        try {
            create(path);
            if (access == Access.ALL && PathFacts.supported(path)) {
                Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        } catch (FileAlreadyExistsException e) {
            // Another gateway was faster; the check follows.
        } catch (FileSystemException e) {
            throw new IOException("cannot create " + path + ": " + reason(e), e);
        }
    }

    static FileAttribute<?>[] ownerOnly(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY))
                }
                : new FileAttribute<?>[0];
    }

    private static Path resolve(Path existing) throws IOException {
        try {
            return existing.toRealPath();
        } catch (FileSystemException e) {
            throw new IOException("cannot use " + existing + ": " + reason(e), e);
        }
    }

    /** What went wrong, without the path. */
    static String reason(IOException e) {
        if (e instanceof FileSystemException failed && failed.getReason() != null) {
            return failed.getReason();
        }
        return switch (e.getClass().getSimpleName()) {
            case "AccessDeniedException" -> "no permission";
            case "NoSuchFileException" -> "it does not exist";
            case "FileAlreadyExistsException" -> "it exists";
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void require(Optional<String> problem) throws IOException {
        if (problem.isPresent()) {
            throw new IOException(problem.get());
        }
    }
}
