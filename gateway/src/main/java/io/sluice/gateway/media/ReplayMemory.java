package io.sluice.gateway.media;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all streams together may keep for replay, beyond what their readers still need. A stream that gets
 * none keeps its header only, so that its restarts wait for the next group.
 *
 * <p>Thread-safe; shared by all event loops.
 */
public final class ReplayMemory {

    private final long maxBytes;
    private final AtomicLong used = new AtomicLong();

    /**
     * A budget of which nothing is used.
     *
     * @param maxBytes what all streams may keep together; 0 switches replay off
     */
    public ReplayMemory(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * The budget.
     *
     * @return a number of bytes
     */
    public long maxBytes() {
        return maxBytes;
    }

    /**
     * What all streams keep at present.
     *
     * @return a number of bytes, at most {@link #maxBytes()}
     */
    public long usedBytes() {
        return used.get();
    }

    /**
     * Takes a part of the budget.
     *
     * @param bytes how much
     * @param ceiling what all streams may then use together, at most {@link #maxBytes()}
     * @return whether it was there; if not, nothing is taken
     */
    boolean tryReserve(long bytes, long ceiling) {
        long limit = Math.min(ceiling, maxBytes);
        long before = used.get();
        while (before + bytes <= limit) {
            if (used.compareAndSet(before, before + bytes)) {
                return true;
            }
            before = used.get();
        }
        return false;
    }

    /**
     * Returns a part of the budget.
     *
     * @param bytes what had been taken
     */
    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }
}
