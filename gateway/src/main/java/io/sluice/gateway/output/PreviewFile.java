package io.sluice.gateway.output;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads what FFmpeg wrote, as untrusted input: an attacker who controls an FFmpeg can leave links to other files in its
 * directory, or pipes. All methods block.
 */
public final class PreviewFile {

    private static final String OWNER = "unix:uid";

    private PreviewFile() {}

    /**
     * The size of a file.
     *
     * @param file directly in a preview's directory
     * @return its size; empty if it does not exist, is not a regular file, or does not belong to whom the directory
     *     belongs
     */
    public static OptionalLong size(Path file) {
        try {
            BasicFileAttributes facts =
                    Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return facts.isRegularFile() && isOfItsDirectory(file)
                    ? OptionalLong.of(facts.size())
                    : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** A hard link to another user's file is a regular file, too. */
    private static boolean isOfItsDirectory(Path file) throws IOException {
        Path directory = Objects.requireNonNull(file.getParent());
        return !file.getFileSystem().supportedFileAttributeViews().contains("unix")
                || Files.getAttribute(file, OWNER, LinkOption.NOFOLLOW_LINKS)
                        .equals(Files.getAttribute(directory, OWNER, LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Opens a file whose {@linkplain #size size} is known, for reading at positions.
     *
     * @param file directly in a preview's directory
     * @return the open file
     * @throws IOException if it is gone, or a link now
     */
    public static FileChannel open(Path file) throws IOException {
        // Nothing is written. Opening a pipe for reading only would block until a writer opens it.
        return FileChannel.open(
                file, Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }
}
