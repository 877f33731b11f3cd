package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * By what a file is known to be the same as before, without reading it. Links are followed, so a link that is made to lead elsewhere, as
 * Kubernetes renews what it mounts, is a change, and so is another file that was renamed to this one. It works wherever files are, also
 * where the system reports no changes.
 *
 * @param modified when the file was written to
 * @param sizeBytes how long it is
 * @param identity which file it is, or null where files have none
 */
public record FileStamp(
        FileTime modified, long sizeBytes, @Nullable Object identity) {

    /**
     * Looks at a file. Blocks.
     *
     * @param path the file, or a link to it
     * @return its stamp
     * @throws IOException if it is not there, or cannot be looked at
     */
    public static FileStamp of(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new FileStamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
}
