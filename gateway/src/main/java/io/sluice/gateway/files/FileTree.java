package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A file or directory with everything below it. */
public final class FileTree {

    private FileTree() {}

    /**
     * Deletes a file or a directory tree. Symbolic links are deleted, never followed; where the platform can open
     * directories relative to one another, not even one that replaces a directory meanwhile, the root's parent
     * included. Blocks.
     *
     * <p>The directories above the parent are found by path: they must be ones that no other user can replace
     * ({@link TrustedFolder}), or the caller must know the parent's identity.
     *
     * @param root what to delete; nothing happens if it does not exist
     * @throws IOException if something cannot be deleted; the rest of the tree may then remain
     */
    public static void delete(Path root) throws IOException {
        delete(root, null);
    }

    /**
     * The same, unless the parent is no longer the directory that it was.
     *
     * @param parentKey {@link BasicFileAttributes#fileKey()} of the parent when it was checked; null if unknown
     */
    static void delete(Path root, @Nullable Object parentKey) throws IOException {
        Path absolute = root.toAbsolutePath();
        Path parent = Objects.requireNonNull(absolute.getParent(), "a file system's root cannot be deleted");
        Path name = Objects.requireNonNull(absolute.getFileName());
        try (DirectoryStream<Path> directory = Files.newDirectoryStream(parent)) {
            if (directory instanceof SecureDirectoryStream<Path> secure) {
                requireSame(parent, secure, parentKey);
                delete(secure, name);
            } else {
                deleteByPath(absolute);
            }
        } catch (NoSuchFileException e) {
            // Already deleted, perhaps by another thread or process.
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /** The path was opened through whatever stood there; what is open now does not change any more. */
    private static void requireSame(Path parent, SecureDirectoryStream<Path> opened, @Nullable Object key)
            throws IOException {
        Object openedKey = opened.getFileAttributeView(BasicFileAttributeView.class)
                .readAttributes()
                .fileKey();
        Object expected = key == null ? key(parent) : key;
        if (!Objects.equals(openedKey, expected)) {
            throw new IOException("not deleted, because it has been replaced meanwhile: " + parent);
        }
    }

    /** A file's identity; links are not followed. */
    static @Nullable Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    private static void delete(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        try {
            if (!isDirectory(parent, name)) {
                parent.deleteFile(name);
                return;
            }
            try (SecureDirectoryStream<Path> children = parent.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
                for (Path child : children) {
                    delete(children, Objects.requireNonNull(child.getFileName()));
                }
            }
            parent.deleteDirectory(name);
        } catch (NoSuchFileException e) {
            // Deleted meanwhile.
        }
    }

    private static boolean isDirectory(SecureDirectoryStream<Path> parent, Path name) throws IOException {
        return parent.getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .readAttributes()
                .isDirectory();
    }

    /** For platforms without secure directory streams, such as Windows and macOS. */
    static void deleteByPath(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
