package io.sluice.gateway.media.container;

/** Receives what a {@link ContainerObserver} finds, in the order of the bytes and on the thread that delivers them. */
public interface ContainerListener {

    /**
     * The initialisation segment is complete.
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
}
