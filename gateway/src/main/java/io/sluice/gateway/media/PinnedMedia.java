package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** The rest of an element that a reader has to finish before it goes on elsewhere. */
final class PinnedMedia {

    private final ArrayDeque<ByteBuf> slices = new ArrayDeque<>(0);
    private long start;
    private long bytes;

    /** Adds bytes that follow on the earlier ones; takes the reference. */
    void add(ByteBuf slice, long position) {
        if (slices.isEmpty()) {
            start = position;
        }
        slices.add(slice);
        bytes += slice.readableBytes();
    }

    /** The next bytes, whose reference is the caller's; null if there are none. */
    @Nullable
    ByteBuf poll() {
        ByteBuf first = slices.poll();
        if (first != null) {
            start += first.readableBytes();
            bytes -= first.readableBytes();
        }
        return first;
    }

    boolean isEmpty() {
        return slices.isEmpty();
    }

    long start() {
        return start;
    }

    long bytes() {
        return bytes;
    }

    long heldBytes() {
        long memory = 0;
        for (ByteBuf slice : slices) {
            // It changes while small buffers are gathered behind a slice.
            memory += RetainedMedia.memoryBehind(slice);
        }
        return memory;
    }

    void release() {
        slices.forEach(ByteBuf::release);
        slices.clear();
        bytes = 0;
    }
}
