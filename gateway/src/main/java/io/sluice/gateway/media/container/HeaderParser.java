package io.sluice.gateway.media.container;

import io.sluice.protocol.Container;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Walks a container's nested elements in one pass, over bytes that are still growing. The position only ever stands between two
 * elements or before the children of one, so that whatever was read is never read again however small the chunks are, and an element
 * whose content does not matter is stepped over before it has arrived.
 */
abstract class HeaderParser {

    /** What stands for the whole stream: the parent of the outermost elements. */
    static final int STREAM = 0;

    /** An element that the walk is inside of. Its end is {@link Long#MAX_VALUE} where nobody knows it. */
    record Level(int type, long end) {}

    final HeaderBytes header;
    final TrackSelection tracks = new TrackSelection();

    private final Container container;
    private final String name;
    private final long maxPixels;
    private final Deque<Level> levels = new ArrayDeque<>();
    private int position;
    private Optional<Result<MediaFormat>> verdict = Optional.empty();

    HeaderParser(HeaderBytes header, Container container, String name, long maxPixels) {
        this.header = header;
        this.container = container;
        this.name = name;
        this.maxPixels = maxPixels;
        levels.push(new Level(STREAM, Long.MAX_VALUE));
    }

    /** Reads on as far as there are bytes. Returns the verdict, or nothing while more bytes are needed. */
    final Optional<Result<MediaFormat>> advance() {
        boolean more = verdict.isEmpty();
        while (more) {
            more = step();
        }
        if (verdict.isEmpty() && header.isFull()) {
            refuseLength();
        }
        return verdict;
    }

    private boolean step() {
        Level level = levels.element();
        if (position < level.end()) {
            return child(level, position);
        }
        levels.pop();
        return ended(level.type());
    }

    /**
     * Reads the child that starts at the position, and enters it, steps over it or refuses it.
     *
     * @return whether to go on; false when bytes are missing or the verdict is there
     */
    abstract boolean child(Level parent, int at);

    /** Draws the conclusions from an element whose children have all been read. Returns whether to go on. */
    abstract boolean ended(int type);

    final boolean enter(int type, int bodyAt, long end) {
        if (end > HeaderBytes.MAX_BYTES) {
            return refuseLength();
        }
        return enterUnbounded(type, bodyAt, end);
    }

    /** Enters an element that holds the media as well, and so may end anywhere behind the header. */
    final boolean enterUnbounded(int type, int bodyAt, long end) {
        levels.push(new Level(type, end));
        position = bodyAt;
        return true;
    }

    final boolean stepOver(long end) {
        if (end > HeaderBytes.MAX_BYTES) {
            return refuseLength();
        }
        position = (int) end;
        return true;
    }

    final boolean conclude() {
        Optional<MediaFormat> format = tracks.in(container);
        if (format.isEmpty()) {
            return refuse("has neither a video nor an audio track");
        }
        verdict = format.map(Result::ok);
        return false;
    }

    /** Refuses a picture that is too large. The numbers are unsigned; returns whether to go on. */
    final boolean takesPicture(long width, long height) {
        if (width >= 0 && width <= maxPixels && height >= 0 && height <= maxPixels / Math.max(width, 1)) {
            return true;
        }
        verdict = Optional.of(
                MediaErrors.picture(Long.toUnsignedString(width) + " x " + Long.toUnsignedString(height), maxPixels));
        return false;
    }

    final boolean refuse(String problem) {
        verdict = Optional.of(MediaErrors.header(name, problem));
        return false;
    }

    final boolean refuseCodec(String kind, String codec) {
        verdict = Optional.of(MediaErrors.codec(name, kind, codec));
        return false;
    }

    final boolean refuseOverlap() {
        return refuse("has an element that is longer than the one around it");
    }

    final boolean refuseLength() {
        return refuse("does not fit into " + HeaderBytes.MAX_BYTES + " bytes");
    }
}
