package io.sluice.protocol;

import java.util.Optional;

/**
 * What a client's media is, as far as its MIME type says. Browsers may leave the codecs out or name only one of two, so
 * an absent codec means "not said", not "no such track".
 *
 * @param container how the tracks are wrapped
 * @param audioOnly true for {@code audio/…}, which has no video track; with {@code video/…} there may still be none
 * @param video the video codec, if it is said
 * @param audio the audio codec, if it is said
 * @param mimeType the text that this was read from, verbatim, as the recorder wants it back
 */
public record MediaFormat(
        Container container,
        boolean audioOnly,
        Optional<VideoCodec> video,
        Optional<AudioCodec> audio,
        String mimeType) {

    /** The longest media type, in characters; real ones have some 60. */
    public static final int MAX_LENGTH = 1024;

    /**
     * Reads a media type as {@code MediaRecorder.mimeType} reports it.
     *
     * @param mimeType such as {@code video/webm;codecs="avc1.42E01F,opus"}
     * @return the format, or {@link FailureCode#UNSUPPORTED_OFFER} with words that name what is not understood
     */
    public static Result<MediaFormat> parse(String mimeType) {
        if (mimeType.length() > MAX_LENGTH) {
            return refused("A media type has " + mimeType.length() + " characters; " + MAX_LENGTH
                    + " are the most it may have.");
        }
        return MimeType.parse(mimeType).flatMap(parts -> ofParts(parts, mimeType));
    }

    private static Result<MediaFormat> ofParts(MimeType parts, String mimeType) {
        boolean audioOnly = parts.type().equals("audio");
        Optional<Container> container = Container.ofSubtype(parts.subtype());
        if (container.isEmpty() || !(audioOnly || parts.type().equals("video"))) {
            return refused("The container " + Printable.text(parts.type() + "/" + parts.subtype())
                    + " is not supported; record video/webm, video/x-matroska or video/mp4 (or audio/ of the same).");
        }
        String codecs = parts.parameters().getOrDefault("codecs", "");
        MediaFormat bare = new MediaFormat(container.get(), audioOnly, Optional.empty(), Optional.empty(), mimeType);
        if (codecs.isBlank()) {
            return Result.ok(bare);
        }
        Result<MediaFormat> format = Result.ok(bare);
        for (String name : codecs.split(",", -1)) {
            format = format.flatMap(soFar -> soFar.with(name.strip()));
        }
        return format;
    }

    private Result<MediaFormat> with(String codec) {
        Optional<VideoCodec> newVideo = VideoCodec.ofName(codec);
        Optional<AudioCodec> newAudio = AudioCodec.ofName(codec);
        if (newVideo.isEmpty() && newAudio.isEmpty()) {
            return refused(
                    "The codec " + Printable.text(codec) + " is not supported; video may be H.264, HEVC, VP8, VP9"
                            + " or AV1, audio AAC, Opus, MP3, PCM, Vorbis or FLAC.");
        }
        if (newVideo.isPresent() && audioOnly) {
            return refused("The video codec " + Printable.text(codec) + " stands in an audio/ type; offer video/.");
        }
        if ((newVideo.isPresent() && video.isPresent()) || (newAudio.isPresent() && audio.isPresent())) {
            return refused("The codec " + Printable.text(codec)
                    + " is one too many; a stream has at most one video and one audio track.");
        }
        return Result.ok(
                new MediaFormat(container, audioOnly, newVideo.or(() -> video), newAudio.or(() -> audio), mimeType));
    }

    private static Result<MediaFormat> refused(String message) {
        return Result.refused(FailureCode.UNSUPPORTED_OFFER, message);
    }
}
