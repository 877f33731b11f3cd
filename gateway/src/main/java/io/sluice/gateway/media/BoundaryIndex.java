package io.sluice.gateway.media;

/**
 * Where a stream can be cut, and the media time there. Of boundaries that are close together, one is kept, so that the
 * smallest elements cost no more than their bytes; and always the newest.
 */
final class BoundaryIndex {

    static final long NONE = -1;

    /** A reader that has to finish an element may have to finish as much more. */
    static final int SPACING_BYTES = 4_096;

    private static final int INITIAL_CAPACITY = 64;

    /** A ring, with positions in increasing order; its length is a power of two. */
    private long[] positions = new long[INITIAL_CAPACITY];

    private long[] micros = new long[INITIAL_CAPACITY];
    private int first;
    private int count;

    private long newestPosition = NONE;
    private long newestMicros;

    void add(long position, long mediaMicros) {
        newestPosition = position;
        newestMicros = mediaMicros;
        if (count > 0 && position < positions[slot(count - 1)] + SPACING_BYTES) {
            return;
        }
        if (count == positions.length) {
            positions = grown(positions);
            micros = grown(micros);
            first = 0;
        }
        positions[slot(count)] = position;
        micros[slot(count)] = mediaMicros;
        count++;
    }

    private long[] grown(long[] ring) {
        long[] larger = new long[2 * ring.length];
        System.arraycopy(ring, first, larger, 0, ring.length - first);
        System.arraycopy(ring, 0, larger, ring.length - first, first);
        return larger;
    }

    private int slot(int i) {
        return (first + i) & (positions.length - 1);
    }

    /** The first boundary that is kept at a position or behind it, or {@link #NONE}. */
    long atOrAfter(long position) {
        int i = search(position);
        return i < count ? positions[slot(i)] : newestPosition >= position ? newestPosition : NONE;
    }

    /** The newest media time in front of a boundary that {@link #atOrAfter} returned. */
    long microsAt(long boundary) {
        int i = search(boundary);
        return i < count && positions[slot(i)] == boundary ? micros[slot(i)] : newestMicros;
    }

    /** The number of kept boundaries in front of a position. */
    private int search(long position) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (positions[slot(middle)] < position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    void giveUpBefore(long position) {
        while (count > 0 && positions[first] < position) {
            first = slot(1);
            count--;
        }
    }

    void clear() {
        count = 0;
        newestPosition = NONE;
    }
}
