package io.sluice.gateway.media.container;

/**
 * A track that a container's header declares. Immutable once its first sample has been reported.
 *
 * <p>Confined to the stream's event loop.
 */
public final class MediaTrack {

    /** A stream with more tracks is not followed. FFmpeg is given a maximum of 16, and refuses more. */
    public static final int MAX_TRACKS = 32;

    /** What a track carries. */
    public enum Kind {
        /** Pictures. */
        VIDEO,
        /** Audio. */
        AUDIO,
        /** Subtitles, metadata, and whatever else FFmpeg is not asked for. */
        OTHER
    }

    final int index;
    long number;
    Kind kind = Kind.OTHER;

    /** Ticks per second times this: MP4's time scale. For Matroska, the factor that its track scale multiplies by. */
    double scale = 1;

    /** Added to each of the track's times. */
    double offsetMicros;

    /** MP4: duration and flags of a sample for which a fragment gives none. */
    long defaultDuration;

    int defaultFlags;

    MediaTrack(int index) {
        this.index = index;
    }

    /**
     * The track's position among the header's tracks.
     *
     * @return 0 for the first
     */
    public int index() {
        return index;
    }

    /**
     * What the track carries.
     *
     * @return the kind that the header states
     */
    public Kind kind() {
        return kind;
    }
}
