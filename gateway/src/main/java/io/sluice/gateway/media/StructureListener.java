package io.sluice.gateway.media;

import java.time.Duration;

/**
 * Hears where a stream can be cut and where it can be joined, in the order of the bytes, on the stream's event loop,
 * before the bytes that say so are passed on. Positions are counted from the stream's first byte; those of groups and
 * headers may lie a little before the bytes that are being inspected.
 */
public interface StructureListener {

    /**
     * A header is complete: the first one, or one that {@link #onNewHeader} announced.
     *
     * @param position of the first byte behind it
     */
    void onHeaderEnd(long position);

    /**
     * An element starts or ends here, and what is in front may be followed by a group, with nothing in between.
     *
     * @param position of the first byte behind the element
     * @param newestMicros the newest media time in front of it, in microseconds
     */
    void onBoundary(long position, long newestMicros);

    /**
     * A group may start here: a cluster or fragment whose first samples are still to come. {@link #onGroup} or
     * {@link #onNoGroup} follows.
     *
     * @param position of its first byte
     */
    void onPossibleGroup(long position);

    /**
     * What was announced as a possible group is one.
     *
     * @param position of its first byte
     * @param time media time of its first frame
     */
    void onGroup(long position, Duration time);

    /** What was announced as a possible group is none. */
    void onNoGroup();

    /**
     * Another header starts in the middle of the stream. The groups that follow belong to it.
     *
     * @param position of its first byte
     */
    void onNewHeader(long position);

    /** The structure is not understood from here on, or does not allow the stream to be cut. Nothing more is heard. */
    void notFollowed();
}
