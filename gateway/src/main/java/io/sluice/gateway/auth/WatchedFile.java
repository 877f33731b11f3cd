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
 * What stands in a file, always as it stands there now: each look compares the file's time, size and identity, and reads it again if one of
 * them has changed. That works wherever files are, also where the system reports no changes. Blocks; may be called from any thread.
 *
 * <p>A file that is <b>gone</b> or cannot be read is an error for as long as it is so. A file that is <b>broken</b>, which may be half written,
 * changes nothing: what stood there before stays in force, and the log says so.
 *
 * @param <T> what the file says
 */
final class WatchedFile<T> {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);

    /** A change that comes this soon after another may leave time and size as they were. */
    private static final Duration COARSENESS = Duration.ofSeconds(2);

    /** Reads the whole text of a file. */
    interface Reading<T> {
        /**
         * Reads.
         *
         * @throws BrokenFileException with words for the operator that repeat nothing of the text
         */
        T read(String text) throws BrokenFileException;
    }

    /** A file that does not say what it should. */
    static final class BrokenFileException extends IOException {

        @Serial
        private static final long serialVersionUID = 1;

        BrokenFileException(String words) {
            super(words);
        }
    }

    private final Path path;
    private final Reading<T> reading;
    private FileStamp stamp;
    private String text;
    private T content;
    private Instant lookedAt = Instant.now();
    private boolean readable = true;

    /**
     * Reads the file for the first time.
     *
     * @throws IOException with words for the operator if it cannot be read or is broken
     */
    WatchedFile(Path path, Reading<T> reading) throws IOException {
        this.path = path;
        this.reading = reading;
        this.stamp = FileStamp.of(path);
        this.text = TextFile.read(path);
        this.content = reading.read(text);
    }

    Path path() {
        return path;
    }

    /**
     * What the file says.
     *
     * @throws AuthorizationUnavailableException if it cannot be read
     */
    synchronized T current() {
        try {
            FileStamp now = FileStamp.of(path);
            boolean settled = lookedAt.isAfter(stamp.modified().toInstant().plus(COARSENESS));
            lookedAt = Instant.now();
            if (!readable || !settled || !now.equals(stamp)) {
                stamp = now;
                update(TextFile.read(path));
                readable = true;
            }
            return content;
        } catch (IOException e) {
            if (readable) {
                LOG.error("{} cannot be read any more, so nobody gets in by it: {}", path, e.toString());
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
            content = reading.read(newText);
            LOG.info("{} has changed: {}", path, content);
        } catch (BrokenFileException e) {
            LOG.error("{} has changed and is broken, so what it said before stays in force: {}", path, e.getMessage());
        }
    }
}
