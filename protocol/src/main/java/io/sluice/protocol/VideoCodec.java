package io.sluice.protocol;

import java.util.Locale;
import java.util.Optional;

/** The codec of a video track. */
public enum VideoCodec {
    /** H.264, also called AVC. */
    H264,
    /** H.265, also called HEVC. */
    HEVC,
    /** VP8. */
    VP8,
    /** VP9. */
    VP9,
    /** AV1. */
    AV1;

    /**
     * Finds the codec for an element of a {@code codecs} parameter, as in RFC 6381 or in the short forms that browsers
     * accept and report.
     *
     * @param name such as {@code avc1.42E01F}, {@code vp09.00.10.08} or {@code h264}, in any case
     * @return the codec, or empty if this is not the name of a known video codec
     */
    public static Optional<VideoCodec> ofName(String name) {
        int dot = name.indexOf('.');
        String family = (dot < 0 ? name : name.substring(0, dot)).toLowerCase(Locale.ROOT);
        return switch (family) {
            case "avc1", "avc3", "h264" -> Optional.of(H264);
            case "hvc1", "hev1", "h265", "hevc" -> Optional.of(HEVC);
            case "vp8", "vp08" -> Optional.of(VP8);
            case "vp9", "vp09" -> Optional.of(VP9);
            case "av1", "av01" -> Optional.of(AV1);
            default -> Optional.empty();
        };
    }
}
