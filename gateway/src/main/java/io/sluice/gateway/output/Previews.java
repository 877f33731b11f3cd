package io.sluice.gateway.output;

import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The folders that FFmpeg writes viewable streams to: one for each stream that has a preview, found by its key, removed a while after the
 * stream's end so that viewers see that end. Thread-safe; files are touched on the given scheduler only.
 */
public final class Previews {

    private static final Logger LOG = LoggerFactory.getLogger(Previews.class);

    private final Path root;
    private final Duration linger;
    private final Scheduler blocking;
    private final ConcurrentMap<StreamKey, Path> folders = new ConcurrentHashMap<>();

    /**
     * No previews yet.
     *
     * @param root an existing folder of the gateway's own
     * @param linger how long a folder outlives its stream
     * @param blocking where files are made and removed
     */
    public Previews(Path root, Duration linger, Scheduler blocking) {
        this.root = root;
        this.linger = linger;
        this.blocking = blocking;
    }

    /**
     * The folder of a live stream, or of one that has just ended.
     *
     * @param key the stream's key
     * @return the folder, or empty
     */
    public Optional<Path> folderOf(StreamKey key) {
        return Optional.ofNullable(folders.get(key));
    }

    /** Makes a folder for a stream; one of an earlier stream under the key stays until its time, but is not found any more. */
    Mono<Path> open(StreamKey key, String sessionId) {
        return Mono.fromCallable(() -> {
                    Path folder = Files.createDirectory(root.resolve(sessionId));
                    folders.put(key, folder);
                    return folder;
                })
                .subscribeOn(blocking);
    }

    /** The stream has ended, or never started. Does nothing if it had no preview. */
    void retire(StreamKey key, String sessionId) {
        Path folder = root.resolve(sessionId);
        if (folder.equals(folders.get(key))) {
            blocking.schedule(
                    () -> {
                        folders.remove(key, folder);
                        remove(folder);
                    },
                    linger.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private static void remove(Path folder) {
        try (Stream<Path> tree = Files.walk(folder)) {
            List<Path> leavesFirst = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : leavesFirst) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException e) {
            LOG.debug("The preview in {} has gone already, with the gateway's work folder", folder, e);
        } catch (IOException e) {
            LOG.warn("The preview in {} could not be removed", folder, e);
        }
    }
}
