package io.sluice.protocol;

import java.util.Locale;
import java.util.Optional;

/** The codec of an audio track. */
public enum AudioCodec {
    /** AAC in any of its profiles. */
    AAC,
    /** Opus. */
    OPUS,
    /** MPEG-1 or MPEG-2 audio, layer III. */
    MP3,
    /** Uncompressed samples. */
    PCM,
    /** Vorbis. */
    VORBIS,
    /** FLAC. */
    FLAC;

    /**
     * Finds the codec for an element of a {@code codecs} parameter, as in RFC 6381 or in the short forms that browsers
     * accept and report.
     *
     * @param name such as {@code mp4a.40.2} or {@code opus}, in any case
     * @return the codec, or empty if this is not the name of a known audio codec
     */
    public static Optional<AudioCodec> ofName(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return switch (lowerCase) {
            case "opus" -> Optional.of(OPUS);
            case "vorbis" -> Optional.of(VORBIS);
            case "flac" -> Optional.of(FLAC);
            case "pcm" -> Optional.of(PCM);
            case "mp3", "mp4a.69", "mp4a.6b" -> Optional.of(MP3);
            // 66 to 68 are the MPEG-2 AAC profiles in the object type registry at mp4ra.org.
            case "aac", "mp4a", "mp4a.40", "mp4a.66", "mp4a.67", "mp4a.68" -> Optional.of(AAC);
            default -> lowerCase.startsWith("mp4a.40.") ? ofMpeg4ObjectType(lowerCase.substring(8)) : Optional.empty();
        };
    }

    /** The audio object types of ISO/IEC 14496-3; some writers add a leading zero ({@code mp4a.40.02}). */
    private static Optional<AudioCodec> ofMpeg4ObjectType(String number) {
        String digits = number.startsWith("0") ? number.substring(1) : number;
        return switch (digits) {
            case "1", "2", "3", "4", "5", "6", "17", "19", "20", "23", "29", "39", "42" -> Optional.of(AAC);
            case "34" -> Optional.of(MP3);
            default -> Optional.empty();
        };
    }
}
