package io.sluice.gateway.media;

import io.sluice.gateway.media.ReplayBuffer.Group;
import io.sluice.gateway.media.RetainedMedia.Piece;
import org.jspecify.annotations.Nullable;

/**
 * What is kept beyond the needs of readers, so that others can start at a group: as many groups as fit into the
 * stream's bound and into the budget of all streams. The newest group may use the whole budget, older ones half of it.
 * Before the first group, everything from the start is kept, within the same bounds.
 */
final class ReplayWindow {

    private static final long NOTHING = Long.MAX_VALUE;

    /** The budget is asked in steps, because all threads share it. */
    private static final int STEP_BYTES = 16 * 1_024;

    private final RetainedMedia media;
    private final StreamIndex index;
    private final ReplayMemory memory;
    private final int maxBytes;

    /** The oldest position that is kept for replay. */
    private long from;

    private long possibleGroup = NOTHING;
    private boolean keepsPossibleGroup;
    private long reserved;
    private @Nullable Piece hint;

    ReplayWindow(RetainedMedia media, StreamIndex index, ReplayMemory memory, int maxBytes) {
        this.media = media;
        this.index = index;
        this.memory = memory;
        this.maxBytes = maxBytes;
    }

    void onPossibleGroup(long position) {
        possibleGroup = position;
        keepsPossibleGroup = true;
    }

    void onNoGroup() {
        possibleGroup = NOTHING;
    }

    void onGroup(long position) {
        possibleGroup = NOTHING;
        if (from == NOTHING || from == 0) {
            from = position;
        }
    }

    /** Nothing will be replayed any more. */
    void close() {
        from = NOTHING;
        possibleGroup = NOTHING;
    }

    /** The position that a reader needs which waits for a group. */
    long nextGroup(int maxLagBytes) {
        long received = media.received();
        return received - possibleGroup <= maxLagBytes ? Math.min(possibleGroup, received) : received;
    }

    /**
     * Gives up what is not needed.
     *
     * @param needed the oldest position that a reader needs
     */
    void trim(long needed) {
        while (true) {
            long kept = Math.min(from, keepsPossibleGroup ? possibleGroup : NOTHING);
            long lookBack = index.follows() ? media.received() - ReplayBuffer.LOOK_BACK_BYTES : NOTHING;
            media.giveUpBefore(Math.min(Math.min(needed, kept), lookBack));
            hint = media.find(needed, hint);
            long beyond = kept >= needed ? 0 : media.heldBytes() - media.memoryFrom(hint);
            if (beyond <= maxBytes && reserve(beyond)) {
                break;
            }
            if (from == NOTHING) {
                keepsPossibleGroup = false;
            } else {
                from = index.after(from).map(Group::position).orElse(NOTHING);
            }
        }
        index.trim();
    }

    private boolean reserve(long bytes) {
        long wanted = (bytes + STEP_BYTES - 1) / STEP_BYTES * STEP_BYTES;
        if (wanted > reserved) {
            Group newest = index.newestStart();
            boolean isNewest = newest == null || from >= newest.position();
            long ceiling = isNewest ? memory.maxBytes() : memory.maxBytes() / 2;
            if (!memory.tryReserve(wanted - reserved, ceiling)) {
                return false;
            }
        } else if (wanted < reserved) {
            memory.giveBack(reserved - wanted);
        }
        reserved = wanted;
        return true;
    }
}
