package io.sluice.protocol;

import java.util.Locale;
import java.util.Optional;

/** What becomes of a track on its way to the output. */
public enum TrackHandling {
    /** It goes through as the client encoded it, which costs next to nothing. */
    COPY,
    /** It is decoded and encoded again, because the output does not take what the client sends. */
    TRANSCODE;

    String wireName() {
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
