package io.sluice.gateway.output;

import io.sluice.gateway.files.FileTree;
import io.sluice.gateway.files.StateFolder;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The directories that FFmpeg writes previews to: one per stream, found by stream key, deleted some time after the
 * stream's end so that viewers can play it to the end. Thread-safe; files are accessed on the given scheduler only.
 */
public final class Previews {

    private static final Logger LOG = LoggerFactory.getLogger(Previews.class);

    private final StateFolder state;
    private final Duration linger;
    private final Scheduler blocking;
    /** By the key's identity. */
    private final ConcurrentMap<StreamKey, Preview> previews = new ConcurrentHashMap<>();

    /** The whole key is what a viewer must know. */
    private record Preview(StreamKey key, Path folder) {}

    /**
     * Starts without previews.
     *
     * @param state where the directories are created
     * @param linger how long a directory is kept after its stream's end
     * @param blocking where directories are created and deleted
     */
    public Previews(StateFolder state, Duration linger, Scheduler blocking) {
        this.state = state;
        this.linger = linger;
        this.blocking = blocking;
    }

    /**
     * The directory of a stream that is live or ended less than the linger time ago.
     *
     * @param key the stream's whole key: its identity is enough to name a stream, but not to watch it
     * @return the directory, or empty
     */
    public Optional<Path> folderOf(StreamKey key) {
        return Optional.ofNullable(previews.get(key.identity()))
                .filter(preview -> preview.key().equals(key))
                .map(Preview::folder);
    }

    /**
     * Creates a stream's directory. The one of an earlier stream under the same key is kept for its linger time but no
     * longer found.
     */
    Mono<Path> open(StreamKey key, String sessionId) {
        return Mono.fromCallable(() -> {
                    Path folder = state.createPreview(sessionId);
                    previews.put(key.identity(), new Preview(key, folder));
                    return folder;
                })
                .subscribeOn(blocking);
    }

    /** When a preview's playlist was last written; the epoch if there is none. */
    Mono<Instant> written(Path folder) {
        return Mono.fromCallable(() -> {
                    try {
                        return Files.getLastModifiedTime(folder.resolve(Output.HlsOutput.PLAYLIST))
                                .toInstant();
                    } catch (NoSuchFileException e) {
                        return Instant.EPOCH;
                    }
                })
                .subscribeOn(blocking);
    }

    /** Schedules the deletion of a stream's directory. Does nothing if the stream had no preview. */
    void retire(StreamKey key, String sessionId) {
        Preview preview = previews.get(key.identity());
        if (preview != null && preview.key().equals(key) && preview.folder().endsWith(sessionId)) {
            Path folder = preview.folder();
            blocking.schedule(
                    () -> {
                        previews.remove(key.identity(), preview);
                        delete(folder);
                    },
                    linger.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private static void delete(Path folder) {
        try {
            FileTree.delete(folder);
        } catch (IOException e) {
            LOG.warn("Cannot delete the preview in {}", folder, e);
        }
    }
}
