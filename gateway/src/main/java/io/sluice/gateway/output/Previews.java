package io.sluice.gateway.output;

import io.sluice.gateway.files.FileTree;
import io.sluice.gateway.files.StateFolder;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
    private final ConcurrentMap<StreamKey, Path> folders = new ConcurrentHashMap<>();

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
     * @param key the stream's key
     * @return the directory, or empty
     */
    public Optional<Path> folderOf(StreamKey key) {
        return Optional.ofNullable(folders.get(key));
    }

    /**
     * Creates a stream's directory. The one of an earlier stream under the same key is kept for its linger time but no
     * longer found.
     */
    Mono<Path> open(StreamKey key, String sessionId) {
        return Mono.fromCallable(() -> {
                    Path folder = state.createPreview(sessionId);
                    folders.put(key, folder);
                    return folder;
                })
                .subscribeOn(blocking);
    }

    /** Schedules the deletion of a stream's directory. Does nothing if the stream had no preview. */
    void retire(StreamKey key, String sessionId) {
        Path folder = folders.get(key);
        if (folder != null && folder.endsWith(sessionId)) {
            blocking.schedule(
                    () -> {
                        folders.remove(key, folder);
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
