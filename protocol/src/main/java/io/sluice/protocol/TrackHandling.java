package io.sluice.protocol;

import java.util.Locale;
import java.util.Optional;

/** How a track is handled on its way to the output. */
public enum TrackHandling {
    /** The track is passed through as the client encoded it, which costs almost nothing. */
    COPY,
    /** The track is decoded and encoded again, because the output does not accept the client's codec. */
    TRANSCODE;

    /**
     * The name on the wire.
     *
     * @return {@code copy} or {@code transcode}
     */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<TrackHandling> ofWireName(String name) {
        return switch (name) {
            case "copy" -> Optional.of(COPY);
            case "transcode" -> Optional.of(TRANSCODE);
            default -> Optional.empty();
        };
    }
}
