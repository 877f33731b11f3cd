package io.sluice.gateway.media;

import io.netty.buffer.ByteBuf;
import io.sluice.gateway.media.ReplayBuffer.Group;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The structure of the media that is kept: its headers, groups and boundaries. */
final class StreamIndex {

    /** More than that many in the media that is kept cannot be followed. */
    private static final int MAX_HEADERS = 16;

    private final RetainedMedia media;
    private final ArrayDeque<KeptHeader> headers = new ArrayDeque<>(1);
    private final ArrayDeque<Group> groups = new ArrayDeque<>();
    private final BoundaryIndex boundaries = new BoundaryIndex();
    private boolean follows = true;
    private boolean hadGroup;

    StreamIndex(RetainedMedia media) {
        this.media = media;
        headers.add(new KeptHeader(0));
    }

    BoundaryIndex boundaries() {
        return boundaries;
    }

    boolean follows() {
        return follows;
    }

    /** Whether a reader that is late can expect a group to skip to. */
    boolean canSkip() {
        return follows && hadGroup;
    }

    boolean canReplay() {
        return follows && headers.getLast().isComplete();
    }

    /** Copies what belongs to the newest header. Call it before the media is kept. */
    void append(ByteBuf bytes) {
        headers.getLast().append(bytes, media.received());
    }

    void onHeaderEnd(long position) {
        headers.getLast().end(position, media.received());
    }

    /** Begins another header; false if it is one too many. */
    boolean onNewHeader(long position) {
        if (headers.size() == MAX_HEADERS) {
            return false;
        }
        KeptHeader header = new KeptHeader(position);
        headers.add(header);
        // Its first bytes may have arrived before it was recognized.
        long at = position;
        for (var piece = media.find(at, null); piece != null; piece = media.find(at, piece)) {
            ByteBuf slice = piece.slice(at, Long.MAX_VALUE);
            header.append(slice, at);
            at = piece.end();
            slice.release();
        }
        return true;
    }

    /** Adds a group, unless it is so close to the one before that it is of no use of its own. */
    void onGroup(Group group) {
        hadGroup = true;
        Group newest = groups.peekLast();
        if (newest == null
                || group.position() - newest.position() >= BoundaryIndex.SPACING_BYTES
                || headers.getLast().start() > newest.position()) {
            groups.add(group);
        }
    }

    void lose() {
        follows = false;
        if (!headers.getLast().isComplete()) {
            // Where it ends will never be known.
            headers.getLast().release();
        }
        groups.clear();
        boundaries.clear();
    }

    /** The header of the media at a position; of a header's first byte, the one in front. */
    KeptHeader headerBefore(long position) {
        Iterator<KeptHeader> newestFirst = headers.descendingIterator();
        KeptHeader header = newestFirst.next();
        while (header.start() >= position && newestFirst.hasNext()) {
            header = newestFirst.next();
        }
        return header;
    }

    Optional<Group> newest() {
        return Optional.ofNullable(groups.peekLast()).filter(this::hasHeader);
    }

    Optional<Group> atOrBefore(Duration time) {
        Group oldest = null;
        for (Iterator<Group> newestFirst = groups.descendingIterator(); newestFirst.hasNext(); ) {
            Group group = newestFirst.next();
            if (hasHeader(group)) {
                oldest = group;
                if (group.time().compareTo(time) <= 0) {
                    break;
                }
            }
        }
        return Optional.ofNullable(oldest);
    }

    Optional<Group> after(long position) {
        return groups.stream()
                .filter(group -> group.position() > position && hasHeader(group))
                .findFirst();
    }

    boolean has(Group group) {
        return groups.contains(group) && hasHeader(group);
    }

    private boolean hasHeader(Group group) {
        return headerBefore(group.position()).isKept();
    }

    /** The start of the newest group that is kept, or null. */
    @Nullable
    Group newestStart() {
        return groups.peekLast();
    }

    /** Forgets what is in front of the media that is kept, except the newest header. */
    void trim() {
        long start = media.start();
        while (!groups.isEmpty() && groups.getFirst().position() < start) {
            groups.removeFirst();
        }
        boundaries.giveUpBefore(start);
        while (headers.size() > 1) {
            KeptHeader oldest = headers.removeFirst();
            if (headers.getFirst().start() > start) {
                headers.addFirst(oldest);
                return;
            }
            oldest.release();
        }
    }

    long heldBytes() {
        long held = 0;
        for (KeptHeader header : headers) {
            held += header.heldBytes();
        }
        return held;
    }

    void release() {
        lose();
        headers.forEach(KeptHeader::release);
    }
}
