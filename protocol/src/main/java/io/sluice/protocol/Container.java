package io.sluice.protocol;

import java.util.Locale;
import java.util.Optional;

/** The container format that multiplexes the tracks. */
public enum Container {
    /**
     * WebM and Matroska, one format with two names: asked for {@code video/webm;codecs=h264}, Chromium reports and
     * writes {@code video/x-matroska}.
     */
    WEBM,

    /** Fragmented MP4 (ISO BMFF). */
    MP4;

    /**
     * Finds the container of a media type.
     *
     * @param subtype the part after the slash, such as {@code webm}, in any case
     * @return the container, or empty if it is unknown
     */
    public static Optional<Container> ofSubtype(String subtype) {
        return switch (subtype.toLowerCase(Locale.ROOT)) {
            case "webm", "matroska", "x-matroska" -> Optional.of(WEBM);
            case "mp4" -> Optional.of(MP4);
            default -> Optional.empty();
        };
    }
}
