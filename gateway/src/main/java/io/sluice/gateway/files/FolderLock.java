package io.sluice.gateway.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** What one process at a time may do in a folder that several share, and one thread of it. Blocks. */
public final class FolderLock implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int POLL_MILLIS = 20;

    /** A process's lock ends when it closes any descriptor of the file, so there must be one at a time. */
    private static final ReentrantLock IN_THIS_JVM = new ReentrantLock();

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Waits until the lock is free.
     *
     * @param folder a trusted folder
     * @param name the name of the lock's file, which is created and stays
     * @return the lock, to be closed by the same thread
     * @throws IOException if it cannot be obtained within 30 s; the message is for the operator
     */
    public static FolderLock acquire(Path folder, String name) throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        try {
            if (!IN_THIS_JVM.tryLock(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                throw busy(folder.resolve(name));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        boolean acquired = false;
        try {
            FolderLock lock = new FolderLock(open(folder.resolve(name), until));
            acquired = true;
            return lock;
        } finally {
            if (!acquired) {
                IN_THIS_JVM.unlock();
            }
        }
    }

    private static FileChannel open(Path file, long until) throws IOException {
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                TrustedFolder.ownerOnly(file));
        while (!tryLock(channel)) {
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                until = System.nanoTime();
            }
            if (System.nanoTime() >= until) {
                channel.close();
                throw busy(file);
            }
        }
        return channel;
    }

    private static IOException busy(Path file) {
        return new IOException("another gateway has held " + file + " for " + PATIENCE.toSeconds()
                + " s: end it, or choose another folder");
    }

    /** Whether the lock is now held; until the channel is closed, or its process ends. */
    static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Gives up the lock. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            IN_THIS_JVM.unlock();
        }
    }
}
