package io.sluice.gateway.files;

import io.sluice.gateway.threads.BlockingPool;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * The parsed content of a file, always up to date: each access compares the file's time, size and identity, and reads
 * it again if one has changed. This works on every file system, also on those without change notifications.
 * Thread-safe, and does not block.
 *
 * <ul>
 *   <li>A file that is <b>missing</b> or unreadable is an error for as long as that lasts.
 *   <li>A file that is <b>malformed</b>, perhaps because it is only half written, changes nothing: the previous content
 *       stays active, and this is logged.
 *   <li>A file whose storage <b>hangs</b> changes nothing either. One thread waits for it; everybody else gets the
 *       content read last, at first after a second, then immediately.
 * </ul>
 *
 * @param <T> the parsed content
 */
public final class WatchedFile<T> implements Disposable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedFile.class);

    /** Two changes within this time can have the same modification time and size. */
    private static final Duration TIMESTAMP_RESOLUTION = Duration.ofSeconds(2);

    /** Longer than a busy disk takes, and short enough for a client that waits. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Parses the complete text of a file. */
    public interface Parser<T> {
        /**
         * Parses the text.
         *
         * @param text the whole file
         * @return the content; its string form is logged
         * @throws MalformedFileException with a message for operators that does not repeat the text
         */
        T parse(String text) throws MalformedFileException;
    }

    /** The result of the last check. */
    private record Content<T>(T value, boolean isReadable) {}

    private final Path path;
    private final Parser<T> parser;
    private final BlockingPool reader = new BlockingPool("sluice-file-reader", 1, 1);

    // Used by the one check that is running.
    private FileStamp stamp;
    private String text;
    private Instant checkedAt = Instant.now();
    private String rejection = "";

    // Guarded by this.
    private Sinks.@Nullable One<Content<T>> running;
    private Sinks.@Nullable One<Content<T>> next;

    private volatile Content<T> latest;
    private volatile boolean isHanging;

    /**
     * Reads the file for the first time. Blocks.
     *
     * @param path the file, which must be a regular one: a pipe could be read only once
     * @param parser parses its text
     * @throws IOException with a message for operators if it cannot be read or is malformed
     */
    public WatchedFile(Path path, Parser<T> parser) throws IOException {
        this.path = path;
        this.parser = parser;
        this.stamp = FileStamp.ofRegularFile(path);
        this.text = TextFile.read(path);
        this.latest = new Content<>(parser.parse(text), true);
    }

    /**
     * The file.
     *
     * @return its path
     */
    public Path path() {
        return path;
    }

    /**
     * The content read last, without looking at the file.
     *
     * @return the content
     */
    public T last() {
        return latest.value();
    }

    /**
     * The content of the file, checked after the subscription.
     *
     * @return the content, on any thread; an {@link IOException} for operators if the file cannot be read
     */
    public Mono<T> current() {
        return Mono.defer(() -> isHanging
                        ? Mono.just(latest)
                        : check().timeout(PATIENCE, Mono.fromSupplier(this::latestWhileHanging)))
                .flatMap(content -> content.isReadable()
                        ? Mono.just(content.value())
                        : Mono.error(new IOException(path + " cannot be read")));
    }

    /** Joins a check that has not begun yet, because one that is running may have looked at the file already. */
    private Mono<Content<T>> check() {
        Sinks.One<Content<T>> check;
        synchronized (this) {
            if (running != null) {
                next = Objects.requireNonNullElseGet(next, Sinks::one);
                return next.asMono();
            }
            check = Sinks.one();
            running = check;
        }
        try {
            reader.execute(this::runChecks);
        } catch (RejectedExecutionException e) {
            check.tryEmitError(new IOException(path + " is no longer watched"));
        }
        return check.asMono();
    }

    private Content<T> latestWhileHanging() {
        if (!isHanging) {
            isHanging = true;
            LOG.warn(
                    "{} has not been read for {} s: its storage hangs. The content read last stays active until then.",
                    path,
                    PATIENCE.toSeconds());
        }
        return latest;
    }

    private void runChecks() {
        Sinks.One<Content<T>> check = running();
        while (check != null) {
            latest = read();
            if (isHanging) {
                isHanging = false;
                LOG.info("{} can be read again", path);
            }
            check.tryEmitValue(latest);
            check = proceed();
        }
    }

    private synchronized Sinks.@Nullable One<Content<T>> running() {
        return running;
    }

    private synchronized Sinks.@Nullable One<Content<T>> proceed() {
        running = next;
        next = null;
        return running;
    }

    private Content<T> read() {
        Content<T> before = latest;
        try {
            FileStamp now = FileStamp.ofRegularFile(path);
            boolean settled = checkedAt.isAfter(stamp.modified().toInstant().plus(TIMESTAMP_RESOLUTION));
            checkedAt = Instant.now();
            if (before.isReadable() && settled && now.equals(stamp)) {
                return before;
            }
            stamp = now;
            return new Content<>(parsed(TextFile.read(path), before.value()), true);
        } catch (MalformedFileException e) {
            return rejected(before, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            if (before.isReadable()) {
                LOG.error("{} cannot be read; who depends on it is refused: {}", path, e.toString());
            }
            return new Content<>(before.value(), false);
        } catch (RuntimeException e) {
            return rejected(before, e.toString());
        }
    }

    private T parsed(String newText, T before) throws MalformedFileException {
        if (newText.equals(text)) {
            rejection = "";
            return before;
        }
        T content = parser.parse(newText);
        text = newText;
        rejection = "";
        LOG.info("{} reloaded: {}", path, content);
        return content;
    }

    private Content<T> rejected(Content<T> before, String reason) {
        if (!reason.equals(rejection)) {
            rejection = reason;
            LOG.error("{} rejected; the previous content stays active: {}", path, reason);
        }
        return new Content<>(before.value(), true);
    }

    /** Stops watching. A thread that hangs is left behind. */
    @Override
    public void dispose() {
        reader.dispose();
    }
}
