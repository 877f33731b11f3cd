package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;

/** A header of a stream, kept for readers that start at one of its groups. */
final class KeptHeader {

    private static final long UNKNOWN = Long.MAX_VALUE;

    private final long start;
    private final StreamHeader copy = new StreamHeader();
    private long end = UNKNOWN;

    KeptHeader(long start) {
        this.start = start;
    }

    /** The position of its first byte. */
    long start() {
        return start;
    }

    /** Copies what belongs to it. The buffer and its indices stay as they are. */
    void append(ByteBuf media, long position) {
        long before = Math.max(0, start - position);
        if (copy.isOpen() && before < media.readableBytes()) {
            copy.append(media.slice(media.readerIndex() + (int) before, media.readableBytes() - (int) before));
            endAt(position + media.readableBytes());
        }
    }

    /** It ends at a position, of which the bytes in front may still have to come. */
    void end(long position, long received) {
        if (end == UNKNOWN) {
            end = position;
            endAt(received);
        }
    }

    private void endAt(long received) {
        if (end <= received) {
            copy.end(end - start);
        }
    }

    boolean isComplete() {
        return copy.isComplete();
    }

    /** Whether it is complete, or can still be. */
    boolean isKept() {
        return copy.isOpen() || copy.isComplete();
    }

    /** The header, in a buffer of its own. */
    ByteBuf copy() {
        return copy.copy();
    }

    int heldBytes() {
        return copy.length();
    }

    void release() {
        copy.release();
    }
}
