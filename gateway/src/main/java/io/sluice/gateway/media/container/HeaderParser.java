package io.sluice.gateway.media.container;

import io.sluice.protocol.Container;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Result;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Parses a container's nested elements in one pass while bytes are still arriving. The position is always between two
 * elements or before an element's first child. Therefore no byte is parsed twice, however small the chunks are, and an
 * irrelevant element is skipped before it has arrived, without being held.
 */
abstract class HeaderParser {

    /** The parent of the outermost elements. */
    static final int STREAM = 0;

    /** An element that the position is inside of. Its end is {@link Long#MAX_VALUE} if unknown. */
    record Level(int type, long end) {}

    final HeaderBytes header;
    final TrackSelection tracks = new TrackSelection();

    private final Container container;
    private final String name;
    private final long maxPixels;
    private final Deque<Level> levels = new ArrayDeque<>();
    private int position;
    private Optional<Result<MediaFormat>> result = Optional.empty();

    HeaderParser(HeaderBytes header, Container container, String name, long maxPixels) {
        this.header = header;
        this.container = container;
        this.name = name;
        this.maxPixels = maxPixels;
        levels.push(new Level(STREAM, Long.MAX_VALUE));
    }

    /** Parses the bytes that have arrived. Returns the result, or empty while more bytes are needed. */
    final Optional<Result<MediaFormat>> advance() {
        boolean more = result.isEmpty();
        while (more) {
            more = step();
        }
        header.discardBefore(position);
        if (result.isEmpty() && header.receivedBytes() >= HeaderBytes.MAX_HEADER_BYTES) {
            refuseLength();
        } else if (result.isEmpty() && header.isFull()) {
            refuse("has an element of more than " + HeaderBytes.MAX_BYTES + " bytes that describes a track");
        }
        return result;
    }

    private boolean step() {
        Level level = levels.element();
        if (position < level.end()) {
            return onChild(level, position);
        }
        levels.pop();
        return onEnd(level.type());
    }

    /**
     * Parses the child element at a position: enters, skips or refuses it.
     *
     * @return whether to continue; false if bytes are missing or there is a result
     */
    abstract boolean onChild(Level parent, int at);

    /** Called after all children of an element. Returns whether to continue. */
    abstract boolean onEnd(int type);

    final boolean enter(int type, int bodyAt, long end) {
        if (end > HeaderBytes.MAX_HEADER_BYTES) {
            return refuseLength();
        }
        return enterUnbounded(type, bodyAt, end);
    }

    /** Enters an element that also contains the media, and therefore may end after the header. */
    final boolean enterUnbounded(int type, int bodyAt, long end) {
        levels.push(new Level(type, end));
        position = bodyAt;
        return true;
    }

    final boolean skipTo(long end) {
        if (end > HeaderBytes.MAX_HEADER_BYTES) {
            return refuseLength();
        }
        position = (int) end;
        return true;
    }

    final boolean conclude() {
        Optional<MediaFormat> format = tracks.formatIn(container);
        if (format.isEmpty()) {
            return refuse("has neither a video nor an audio track");
        }
        result = format.map(Result::ok);
        return false;
    }

    /** Refuses a picture that is too large. The numbers are unsigned. Returns whether to continue. */
    final boolean acceptsPicture(long width, long height) {
        if (width >= 0 && width <= maxPixels && height >= 0 && height <= maxPixels / Math.max(width, 1)) {
            return true;
        }
        result = Optional.of(
                MediaErrors.picture(Long.toUnsignedString(width) + " x " + Long.toUnsignedString(height), maxPixels));
        return false;
    }

    final boolean refuse(String problem) {
        result = Optional.of(MediaErrors.header(name, problem));
        return false;
    }

    final boolean refuseCodec(String kind, String codec) {
        result = Optional.of(MediaErrors.codec(name, kind, codec));
        return false;
    }

    final boolean refuseOverlap() {
        return refuse("has an element that is longer than its parent");
    }

    final boolean refuseLength() {
        return refuse("exceeds " + HeaderBytes.MAX_HEADER_BYTES + " bytes");
    }

    /** Whether a body that has to be held as a whole can be. */
    static boolean canHold(long bytes) {
        return bytes <= HeaderBytes.MAX_BYTES / 2;
    }
}
