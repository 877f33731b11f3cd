package io.sluice.gateway.media.container;

import java.util.List;

/** Receives what a {@link ContainerObserver} finds, in the order of the bytes and on the thread that delivers them. */
public interface ContainerListener {

    /**
     * The tracks of the header that ends next.
     *
     * @param tracks all that it declares, in its order; a view, which changes with the next header
     */
    default void onTracks(List<MediaTrack> tracks) {}

    /**
     * The initialisation segment is complete: the first one, or one that {@link #onNewHeader} announced.
     *
     * @param position of the first byte behind it, counted from the stream's first byte
     */
    void onHeaderEnd(long position);

    /**
     * A sample: a picture or a packet of audio. Of laced blocks and of samples that are described together, the first
     * and the last.
     *
     * @param track the track that it belongs to
     * @param decodeMicros when it is decoded, in microseconds on the container's own clock; in Matroska the same as the
     *     presentation time
     * @param presentationMicros when it is shown
     * @param keyFrame whether decoding can start with it
     * @param position of the element that contains it or, in MP4, describes it
     */
    void onSample(MediaTrack track, long decodeMicros, long presentationMicros, boolean keyFrame, long position);

    /**
     * Another header follows in the middle of the stream. Its tracks replace the earlier ones.
     *
     * @param position of its first byte
     */
    void onNewHeader(long position);

    /**
     * A cluster starts.
     *
     * @param position of its first byte
     */
    default void onClusterStart(long position) {}

    /**
     * A fragment of MP4 starts: a {@code moof}.
     *
     * @param position of its first byte
     */
    default void onFragmentStart(long position) {}

    /**
     * A block ends in a cluster without a known size: the stream can be cut here, and go on with a cluster.
     *
     * @param position of the first byte behind it
     */
    default void onBlockEnd(long position) {}

    /** A fragment says where in the file its data is: it cannot be moved, and nothing in front of it be left out. */
    default void onFixedPosition() {}

    /** The structure is not understood any more. Nothing else follows. */
    default void onNotFollowed() {}
}
