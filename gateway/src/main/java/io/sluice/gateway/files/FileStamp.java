package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * Identifies a version of a file without reading it. Links are followed, so a link that is redirected (as Kubernetes
 * does to update mounted files) counts as a change, and so does another file renamed to this path. Works on every file
 * system, also where the system reports no changes.
 *
 * @param modified last modification time
 * @param sizeBytes size in bytes
 * @param identity file key such as device and inode, or null where the file system has none
 */
public record FileStamp(
        FileTime modified, long sizeBytes, @Nullable Object identity) {

    /**
     * Reads a file's attributes. Blocks.
     *
     * @param path the file, or a link to it
     * @return its stamp
     * @throws IOException if it does not exist or its attributes cannot be read
     */
    public static FileStamp of(Path path) throws IOException {
        return of(Files.readAttributes(path, BasicFileAttributes.class));
    }

    /**
     * Reads the attributes of a file that can be read again and again. Blocks.
     *
     * @param path the file, or a link to it
     * @return its stamp
     * @throws IOException if it is a directory, a pipe or a device, which could block its reader without end; or as
     *     {@link #of} does
     */
    public static FileStamp ofRegularFile(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new IOException(path + " is not a regular file");
        }
        return of(attributes);
    }

    private static FileStamp of(BasicFileAttributes attributes) {
        return new FileStamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
}
