package io.sluice.gateway.auth;

import io.sluice.gateway.files.FileStamp;
import io.sluice.gateway.files.TextFile;
import java.io.IOException;
import java.io.Serial;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The parsed content of a file, always up to date: each access compares the file's time, size and identity, and reads
 * it again if one has changed. This works on every file system, also on those without change notifications. Blocks; can
 * be called from any thread.
 *
 * <p>A file that is <b>missing</b> or unreadable is an error for as long as that lasts. A file that is
 * <b>malformed</b>, perhaps because it is only half written, changes nothing: the previous content stays active, and
 * this is logged.
 *
 * @param <T> the parsed content
 */
final class WatchedFile<T> {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);

    /** Two changes within this time can have the same modification time and size. */
    private static final Duration TIMESTAMP_RESOLUTION = Duration.ofSeconds(2);

    /** Parses the complete text of a file. */
    interface Parser<T> {
        /**
         * Parses the text.
         *
         * @throws MalformedFileException with a message for operators that does not repeat the text
         */
        T parse(String text) throws MalformedFileException;
    }

    /** The content of the file is malformed. */
    static final class MalformedFileException extends IOException {

        @Serial
        private static final long serialVersionUID = 1;

        MalformedFileException(String message) {
            super(message);
        }
    }

    private final Path path;
    private final Parser<T> parser;
    private FileStamp stamp;
    private String text;
    private T content;
    private Instant checkedAt = Instant.now();
    private boolean readable = true;

    /**
     * Reads the file for the first time.
     *
     * @throws IOException with a message for operators if it cannot be read or is malformed
     */
    WatchedFile(Path path, Parser<T> parser) throws IOException {
        this.path = path;
        this.parser = parser;
        this.stamp = FileStamp.of(path);
        this.text = TextFile.read(path);
        this.content = parser.parse(text);
    }

    Path path() {
        return path;
    }

    /**
     * The content of the file.
     *
     * @throws AuthorizationUnavailableException if it cannot be read
     */
    synchronized T current() {
        try {
            FileStamp now = FileStamp.of(path);
            boolean settled = checkedAt.isAfter(stamp.modified().toInstant().plus(TIMESTAMP_RESOLUTION));
            checkedAt = Instant.now();
            if (!readable || !settled || !now.equals(stamp)) {
                stamp = now;
                update(TextFile.read(path));
                readable = true;
            }
            return content;
        } catch (IOException e) {
            if (readable) {
                LOG.error("{} cannot be read; clients that depend on it are refused: {}", path, e.toString());
            }
            readable = false;
            throw new AuthorizationUnavailableException(path + " cannot be read");
        }
    }

    private void update(String newText) {
        if (newText.equals(text)) {
            return;
        }
        text = newText;
        try {
            content = parser.parse(newText);
            LOG.info("{} reloaded: {}", path, content);
        } catch (MalformedFileException e) {
            LOG.error("{} rejected; the previous content stays active: {}", path, e.getMessage());
        }
    }
}
