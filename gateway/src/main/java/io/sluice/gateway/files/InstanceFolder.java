package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of one instance in a folder that several share, held by a lock on a file in it. A process that can obtain
 * the lock knows that the instance is gone, in whatever container or PID namespace it ran: process ids mean nothing to
 * others there. Locks end with their process.
 *
 * <p>A lock of this kind also ends when its process closes any other descriptor of the file. So the files of instances
 * in the same JVM, which their names tell, are never opened.
 *
 * <p>All methods block.
 */
public final class InstanceFolder {

    private static final Logger LOG = LoggerFactory.getLogger(InstanceFolder.class);

    private static final Pattern NAME = Pattern.compile("instance-[0-9a-f]{16}-[0-9a-f]{16}");
    private static final String START_LOCK = "start.lock";
    private static final String LOCK = "lock";

    /** One that has lost its lock file writes another within seconds. */
    private static final Duration WITHOUT_LOCK = Duration.ofHours(1);

    /** The same for all class loaders of a JVM. */
    private static final String JVM = System.getProperties()
            .computeIfAbsent("io.sluice.gateway.jvm", name -> random())
            .toString();

    private final Path path;
    private final @Nullable Object key;
    private final @Nullable Object parentKey;
    private FileChannel lock;
    private @Nullable Object lockKey;

    private InstanceFolder(Path path, @Nullable Object parentKey) throws IOException {
        this.path = path;
        this.parentKey = parentKey;
        TrustedFolder.create(path);
        this.key = FileTree.key(path);
        this.lock = lock();
        this.lockKey = FileTree.key(path.resolve(LOCK));
    }

    /**
     * Creates one, and deletes those whose instance is gone.
     *
     * @param parent a trusted folder
     * @return the new one
     * @throws IOException if it cannot be created; the message says why
     */
    @SuppressWarnings("try") // the lock is held, not used
    public static InstanceFolder create(Path parent) throws IOException {
        // Otherwise one that starts could be taken for abandoned before it has its lock.
        try (FolderLock start = FolderLock.acquire(parent, START_LOCK)) {
            removeAbandoned(parent);
            return new InstanceFolder(parent.resolve("instance-" + JVM + "-" + random()), FileTree.key(parent));
        }
    }

    private static String random() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    private static void removeAbandoned(Path parent) throws IOException {
        Object parentKey = FileTree.key(parent);
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(parent, InstanceFolder::isOfAnotherJvm)) {
            for (Path entry : entries) {
                try {
                    removeIfAbandoned(entry, parentKey);
                } catch (IOException e) {
                    LOG.warn("Cannot delete what a gateway left behind in {}", entry, e);
                }
            }
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private static boolean isOfAnotherJvm(Path entry) {
        String name = Objects.requireNonNull(entry.getFileName()).toString();
        return NAME.matcher(name).matches() && !name.startsWith("instance-" + JVM);
    }

    private static void removeIfAbandoned(Path entry, @Nullable Object parentKey) throws IOException {
        try (FileChannel channel =
                FileChannel.open(entry.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
            if (FolderLock.tryLock(channel)) {
                LOG.debug("Deleting {}, whose gateway is gone", entry);
                FileTree.delete(entry, parentKey);
            }
        } catch (NoSuchFileException e) {
            Instant changed =
                    Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS).toInstant();
            if (changed.isBefore(Instant.now().minus(WITHOUT_LOCK))) {
                FileTree.delete(entry, parentKey);
            }
        }
    }

    /**
     * Its path.
     *
     * @return an absolute path without links
     */
    public Path path() {
        return path;
    }

    /**
     * Whether the directory is still the one that was created. A lock file that is missing is created again.
     *
     * @return false if it was deleted or replaced
     * @throws IOException if the lock file cannot be created
     */
    boolean isIntact() throws IOException {
        try {
            if (!Objects.equals(FileTree.key(path), key)) {
                return false;
            }
        } catch (FileSystemException e) {
            return false; // it does not exist, or what is above it is no directory any more
        }
        restoreLock();
        return true;
    }

    private synchronized void restoreLock() throws IOException {
        try {
            if (Objects.equals(FileTree.key(path.resolve(LOCK)), lockKey)) {
                return;
            }
            Files.delete(path.resolve(LOCK));
        } catch (NoSuchFileException e) {
            LOG.warn("The lock file of {} is missing, and is created again", path);
        }
        lock.close();
        lock = lock();
        lockKey = FileTree.key(path.resolve(LOCK));
    }

    private FileChannel lock() throws IOException {
        FileChannel channel = FileChannel.open(
                path.resolve(LOCK),
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                TrustedFolder.ownerOnly(path));
        if (!FolderLock.tryLock(channel)) {
            channel.close();
            throw new IOException("cannot lock a file in " + path + ": its file system must support locks");
        }
        return channel;
    }

    /** Gives up the lock of a directory that no longer exists. */
    synchronized void release() throws IOException {
        lock.close();
    }

    /** Deletes the directory with everything in it, and gives up the lock. Logs a warning if that fails. */
    public synchronized void remove() {
        try {
            FileTree.delete(path, parentKey);
            lock.close();
        } catch (IOException e) {
            LOG.warn("Cannot delete the directory {}", path, e);
        }
    }
}
