package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a gateway keeps on disk while it runs: its own directory in a {@link StateLocation}, with an empty working
 * directory for FFmpeg and the directories of previews. What is deleted while the gateway runs is created again, with
 * all checks. Thread-safe; all methods block except {@link #problem()}.
 */
public final class StateFolder {

    private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);

    private static final String EMPTY = "empty";
    private static final String PREVIEWS = "previews";

    /** A preview of 2.5 Mbit/s takes 6 MB. */
    private static final long MIN_FREE_BYTES = 16 << 20;

    /** A file system that does not answer, such as a network's, blocks the check. */
    private static final Duration CHECK_PATIENCE = Duration.ofSeconds(30);

    private final Path location;
    private final @Nullable FileOwner previewOwner;
    private final AtomicReference<@Nullable String> problem = new AtomicReference<>();
    private InstanceFolder instance;
    private boolean removed;
    private volatile long checkStartedAt;
    private volatile boolean checking;

    private StateFolder(Path location, @Nullable FileOwner previewOwner) throws IOException {
        this.location = location;
        this.previewOwner = previewOwner;
        this.instance = InstanceFolder.create(location);
        complete();
    }

    /**
     * Creates a gateway's directory, and deletes those of gateways that are gone.
     *
     * @param location where
     * @return the directory
     * @throws IOException if it cannot be created; the message is for the operator
     */
    public static StateFolder in(StateLocation location) throws IOException {
        return in(location, null);
    }

    /**
     * The same, for an FFmpeg that runs as another user.
     *
     * @param location where
     * @param previewOwner to whom the directories of previews belong; null for this process's user
     * @return the directory
     * @throws IOException if it cannot be created; the message is for the operator
     */
    public static StateFolder in(StateLocation location, @Nullable FileOwner previewOwner) throws IOException {
        try {
            StateFolder folder = new StateFolder(location.path(), previewOwner);
            LOG.info("State folder {} ({})", location.path(), location.origin());
            return folder;
        } catch (IOException e) {
            throw new IOException("cannot use the state folder " + location.path() + ": " + TrustedFolder.reason(e), e);
        }
    }

    /**
     * The gateway's own directory.
     *
     * @return its path; it exists
     * @throws IOException if it is missing and cannot be created
     */
    public Path root() throws IOException {
        return restored();
    }

    /**
     * The working directory of runs that write no files; read-only.
     *
     * @return its path; it exists
     * @throws IOException if it is missing and cannot be created
     */
    public Path empty() throws IOException {
        return restored().resolve(EMPTY);
    }

    /**
     * Creates a preview's directory.
     *
     * @param name its name, used once
     * @return its path
     * @throws IOException if it cannot be created
     */
    public Path createPreview(String name) throws IOException {
        Path preview = restored().resolve(PREVIEWS).resolve(name);
        TrustedFolder.create(preview);
        if (previewOwner != null) {
            // FFmpeg's user need not be able to enter the directories above it.
            previewOwner.take(preview);
        }
        return preview;
    }

    /** The directory of this gateway; what is missing is created. */
    private synchronized Path restored() throws IOException {
        if (removed) {
            throw new IOException("the gateway has ended");
        }
        try {
            if (!instance.isIntact()) {
                InstanceFolder next = InstanceFolder.create(TrustedFolder.open(location, TrustedFolder.Access.OWNER));
                LOG.warn("{} was deleted while the gateway runs; it uses {} now", instance.path(), next.path());
                instance.release();
                instance = next;
            }
            complete();
            return instance.path();
        } catch (IOException e) {
            report("the state folder is not usable: " + brief(e));
            throw new IOException("cannot use the state folder " + location + ": " + TrustedFolder.reason(e), e);
        }
    }

    private void complete() throws IOException {
        createIfMissing(instance.path().resolve(PREVIEWS));
        Path empty = instance.path().resolve(EMPTY);
        if (createIfMissing(empty) && PathFacts.supported(empty)) {
            // All runs share it, so none may leave files for another.
            Files.setPosixFilePermissions(empty, PosixFilePermissions.fromString("r-x------"));
        }
    }

    private static boolean createIfMissing(Path directory) throws IOException {
        if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try {
            TrustedFolder.create(directory);
            return true;
        } catch (FileAlreadyExistsException e) {
            throw new IOException(directory + " is not a directory", e);
        }
    }

    /**
     * Restores what is missing, and finds out whether streams can use the folder. Call it every few seconds.
     *
     * @param writes whether streams write to it, which needs space
     */
    public void check(boolean writes) {
        checkStartedAt = System.nanoTime();
        checking = true;
        try {
            Path path = restored();
            report(writes ? whyNotWritable(path) : null);
        } catch (IOException e) {
            LOG.debug("The state folder is not usable", e); // reported already
        } finally {
            checking = false;
        }
    }

    private static @Nullable String whyNotWritable(Path path) {
        if (!Files.isWritable(path.resolve(PREVIEWS))) {
            return "the state folder is read-only";
        }
        long free = path.toFile().getUsableSpace();
        return free >= MIN_FREE_BYTES ? null : "the state folder has only " + (free >> 20) + " MB of free space";
    }

    private void report(@Nullable String now) {
        String before = problem.getAndSet(now);
        if (now != null && !now.equals(before)) {
            LOG.warn("Not ready: {} ({})", now, location);
        } else if (now == null && before != null) {
            LOG.info("The state folder {} is usable again", location);
        }
    }

    /**
     * Why streams cannot use the folder, as far as is known. Does not block.
     *
     * @return the reason, without paths, quotes and backslashes; empty if there is none
     */
    public Optional<String> problem() {
        if (checking && System.nanoTime() - checkStartedAt > CHECK_PATIENCE.toNanos()) {
            return Optional.of("the file system of the state folder does not answer");
        }
        return Optional.ofNullable(problem.get());
    }

    /** Without details: anyone can ask whether a gateway is ready. */
    private static String brief(IOException e) {
        String reason = TrustedFolder.reason(e);
        return reason.contains("/") || reason.contains("\"") || reason.contains("\\")
                ? "its place is not safe any more, or cannot be created; the log says more"
                : reason;
    }

    /** For the log. */
    @Override
    public String toString() {
        return location.toString();
    }

    /** Deletes the directory with everything in it. Logs a warning if that fails. */
    public synchronized void remove() {
        removed = true;
        instance.remove();
    }
}
