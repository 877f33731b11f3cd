package io.sluice.protocol;

import java.util.Optional;

/**
 * The format of a client's media, as far as its MIME type tells. Browsers may omit the codecs or name only one of two,
 * so an absent codec means "not specified", not "no such track".
 *
 * @param container the container format
 * @param audioOnly true for {@code audio/…}, which has no video track; {@code video/…} may have none either
 * @param video the video codec, if specified
 * @param audio the audio codec, if specified
 * @param mimeType the parsed text, verbatim, because the recorder needs the same text back
 */
public record MediaFormat(
        Container container,
        boolean audioOnly,
        Optional<VideoCodec> video,
        Optional<AudioCodec> audio,
        String mimeType) {

    /** The maximum length of a media type, in characters; real ones have about 60. */
    public static final int MAX_LENGTH = 1024;

    /**
     * Parses a media type as {@code MediaRecorder.mimeType} reports it.
     *
     * @param mimeType such as {@code video/webm;codecs="avc1.42E01F,opus"}
     * @return the format, or {@link FailureCode#UNSUPPORTED_OFFER} with a message that names what is not supported
     */
    public static Result<MediaFormat> parse(String mimeType) {
        if (mimeType.length() > MAX_LENGTH) {
            return refused("A media type has " + mimeType.length() + " characters; the maximum is " + MAX_LENGTH + ".");
        }
        return MimeType.parse(mimeType).flatMap(parts -> ofParts(parts, mimeType));
    }

    private static Result<MediaFormat> ofParts(MimeType parts, String mimeType) {
        boolean audioOnly = parts.type().equals("audio");
        Optional<Container> container = Container.ofSubtype(parts.subtype());
        if (container.isEmpty() || !(audioOnly || parts.type().equals("video"))) {
            return refused("The container " + PrintableText.quote(parts.type() + "/" + parts.subtype())
                    + " is not supported; record video/webm, video/x-matroska or video/mp4, or the audio/ equivalent.");
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
                    "The codec " + PrintableText.quote(codec) + " is not supported; use H.264, HEVC, VP8, VP9 or AV1"
                            + " for video, and AAC, Opus, MP3, PCM, Vorbis or FLAC for audio.");
        }
        if (newVideo.isPresent() && audioOnly) {
            return refused("The video codec " + PrintableText.quote(codec) + " is in an audio/ type; offer video/.");
        }
        if ((newVideo.isPresent() && video.isPresent()) || (newAudio.isPresent() && audio.isPresent())) {
            return refused("The codec " + PrintableText.quote(codec)
                    + " is one too many; a stream can have one video and one audio track.");
        }
        return Result.ok(
                new MediaFormat(container, audioOnly, newVideo.or(() -> video), newAudio.or(() -> audio), mimeType));
    }

    private static Result<MediaFormat> refused(String message) {
        return Result.refused(FailureCode.UNSUPPORTED_OFFER, message);
    }
}
