package io.sluice.gateway.media.container;

import java.util.Optional;

/**
 * What a header says about its first video and its first audio track beyond their codecs. What it does not say is
 * unknown, and so is what cannot be parsed: a decoder may still understand it.
 *
 * @param video the video track; empty if there is none or the header has not been read
 * @param audio the audio track; empty if there is none or the header has not been read
 */
public record MediaDetails(Optional<VideoDetails> video, Optional<AudioDetails> audio) {

    /** Nothing is known. */
    public static final MediaDetails UNKNOWN = new MediaDetails(Optional.empty(), Optional.empty());

    /** How bright the values of a picture are. */
    public enum Transfer {
        /** The header does not say. */
        UNKNOWN,
        /** A standard dynamic range, such as BT.709. */
        STANDARD,
        /** High dynamic range, SMPTE ST 2084. */
        PQ,
        /** High dynamic range, ARIB STD-B67. */
        HLG;

        /** By the number of ITU-T H.273; 2 means that it is not specified. */
        static Transfer of(long number) {
            if (number == 16) {
                return PQ;
            }
            return number == 18 ? HLG : number == 0 || number == 2 ? UNKNOWN : STANDARD;
        }

        /**
         * Whether the picture has a high dynamic range.
         *
         * @return true for {@link #PQ} and {@link #HLG}
         */
        public boolean isHigh() {
            return this == PQ || this == HLG;
        }
    }

    /** Whether pictures are sent in another order than they are shown. */
    public enum Reordering {
        /** It is not known, nor can it be told from the header. */
        UNKNOWN,
        /** Never: a picture's decoding time is its presentation time. */
        NONE,
        /** By a number of pictures that the header declares. */
        DECLARED
    }

    /**
     * A video track.
     *
     * @param width pixels of a row of the picture as it is shown: square pixels, turned upright; 0 if unknown
     * @param height rows of the picture as it is shown; 0 if unknown
     * @param turned whether a player has to turn or mirror it
     * @param profile the codec's own number of its profile; -1 if unknown
     * @param bitDepth bits per sample; 0 if unknown
     * @param chroma 0 for grey, 1 for 4:2:0, 2 for 4:2:2, 3 for 4:4:4; -1 if unknown
     * @param transfer how bright its values are
     * @param reordering whether its pictures are reordered
     * @param frameRate pictures per second as declared; 0 if not declared
     */
    public record VideoDetails(
            int width,
            int height,
            boolean turned,
            int profile,
            int bitDepth,
            int chroma,
            Transfer transfer,
            Reordering reordering,
            double frameRate) {

        /**
         * Whether {@link #width()} and {@link #height()} are known.
         *
         * @return true if both are
         */
        public boolean hasSize() {
            return width > 0 && height > 0;
        }
    }

    /**
     * An audio track.
     *
     * @param channels number of channels; 0 if unknown
     * @param sampleRate samples per second; 0 if unknown
     * @param aacObjectType the MPEG-4 audio object type of AAC, 2 for AAC-LC; 0 if unknown or not AAC
     */
    public record AudioDetails(int channels, int sampleRate, int aacObjectType) {}
}
