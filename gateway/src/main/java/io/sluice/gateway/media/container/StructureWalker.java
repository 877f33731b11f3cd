package io.sluice.gateway.media.container;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Walks over the nested elements of a container as their bytes arrive. A subclass is shown the first bytes of each
 * element, asks for as many as it {@linkplain #need needs}, and then {@linkplain #skip skips} the rest or
 * {@linkplain #enter enters} it.
 */
abstract class StructureWalker {

    private static final int MAX_HEAD_BYTES = 64;
    private static final int MAX_DEPTH = 8;

    /** The level that contains everything. */
    static final int STREAM = 0;

    final ContainerListener listener;
    final List<MediaTrack> tracks = new ArrayList<>(2);

    /** The bytes of the present element that have been read. */
    final byte[] head = new byte[MAX_HEAD_BYTES];

    int headBytes;

    private final int[] types = new int[MAX_DEPTH];
    private final long[] ends = new long[MAX_DEPTH];
    private int depth;
    private int needed;
    private long toSkip;
    private long position;
    private boolean follows = true;

    /**
     * A walker at the start of a stream.
     *
     * @param listener receives what it finds
     * @param firstBytes how many bytes of the first element it needs
     */
    StructureWalker(ContainerListener listener, int firstBytes) {
        this.listener = listener;
        this.needed = firstBytes;
        ends[0] = Long.MAX_VALUE;
    }

    /** Reads {@link #head}, and calls exactly one of {@link #need}, {@link #skip}, {@link #enter}, {@link #lose}. */
    abstract void onHead();

    /** A level has been left that had this type. */
    abstract void onEnd(int type);

    /** An element has ended, and the levels that end with it; or a level has been entered. */
    void onElementEnd() {}

    final void accept(ByteBuf media) {
        int index = media.readerIndex();
        int end = media.writerIndex();
        while (follows && index < end) {
            int count = (int) Math.min(toSkip > 0 ? toSkip : needed - headBytes, end - index);
            position += count;
            if (toSkip > 0) {
                toSkip -= count;
                if (toSkip == 0) {
                    leaveEnded();
                }
            } else {
                media.getBytes(index, head, headBytes, count);
                headBytes += count;
                if (headBytes == needed) {
                    onHead();
                }
            }
            index += count;
        }
    }

    final boolean follows() {
        return follows;
    }

    /** The type of the level that the present element is in. */
    final int level() {
        return types[depth];
    }

    /** The position of the present element's first byte. */
    final long elementPosition() {
        return position - headBytes;
    }

    /** Asks for the present element's first bytes; {@link #onHead} is called again when they are there. */
    final void need(int count) {
        if (count <= headBytes || count > MAX_HEAD_BYTES) {
            lose();
        } else {
            needed = count;
        }
    }

    /**
     * Is done with the present element.
     *
     * @param bytes what follows of it
     * @param next how many bytes the next element needs
     */
    final void skip(long bytes, int next) {
        headBytes = 0;
        needed = next;
        toSkip = bytes;
        if (bytes < 0) {
            lose();
        } else if (bytes == 0) {
            leaveEnded();
        }
    }

    /**
     * Continues with the children of the present element.
     *
     * @param type passed to {@link #onEnd}
     * @param bytes what follows of it; {@link Long#MAX_VALUE} if unknown
     * @param next how many bytes the first child needs
     */
    final void enter(int type, long bytes, int next) {
        if (depth + 1 == MAX_DEPTH || bytes < 0) {
            lose();
            return;
        }
        depth++;
        types[depth] = type;
        ends[depth] = bytes > Long.MAX_VALUE - position ? Long.MAX_VALUE : position + bytes;
        skip(0, next);
    }

    /** Leaves a level whose end is not marked by its size. */
    final void leave() {
        depth--;
        onEnd(types[depth + 1]);
    }

    /** Whether the present level ends where its size says. */
    final boolean hasKnownEnd() {
        return ends[depth] != Long.MAX_VALUE;
    }

    /** Once a level has been left: how many bytes the next element needs. */
    final void expect(int count) {
        needed = count;
    }

    /** The structure is not what it should be. */
    final void lose() {
        if (follows) {
            follows = false;
            listener.onNotFollowed();
        }
    }

    private void leaveEnded() {
        while (follows && depth > 0 && ends[depth] <= position) {
            // An element that is longer than what contains it.
            if (ends[depth] < position) {
                lose();
            } else {
                leave();
            }
        }
        if (follows) {
            onElementEnd();
        }
    }

    /** The header ends where the present element starts. */
    final void endHeader() {
        listener.onTracks(Collections.unmodifiableList(tracks));
        listener.onHeaderEnd(elementPosition());
    }

    /** Adds a track; one too many cannot be followed. */
    final MediaTrack addTrack() {
        MediaTrack track = new MediaTrack(tracks.size());
        if (tracks.size() == MediaTrack.MAX_TRACKS) {
            lose();
        } else {
            tracks.add(track);
        }
        return track;
    }

    final long unsigned(int at, int count) {
        long value = 0;
        for (int i = at; i < at + count; i++) {
            value = (value << Byte.SIZE) | (head[i] & 0xff);
        }
        return value;
    }
}
