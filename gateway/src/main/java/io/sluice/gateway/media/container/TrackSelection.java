package io.sluice.gateway.media.container;

import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.Container;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.VideoCodec;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The first video and the first audio track of a header, which are the ones that FFmpeg uses. */
final class TrackSelection {

    private Optional<VideoCodec> video = Optional.empty();
    private Optional<AudioCodec> audio = Optional.empty();
    private MediaDetails details = MediaDetails.UNKNOWN;

    boolean needsVideo() {
        return video.isEmpty();
    }

    boolean needsAudio() {
        return audio.isEmpty();
    }

    void video(VideoCodec codec, VideoFields fields) {
        video = Optional.of(codec);
        details = new MediaDetails(Optional.of(fields.details()), details.audio());
    }

    void audio(AudioCodec codec, AudioFields fields) {
        audio = Optional.of(codec);
        details = new MediaDetails(details.video(), Optional.of(fields.details()));
    }

    MediaDetails details() {
        return details;
    }

    /** The format, or empty if there is neither a video nor an audio track. */
    Optional<MediaFormat> formatIn(Container container) {
        if (needsVideo() && needsAudio()) {
            return Optional.empty();
        }
        String codecs = Stream.of(video.map(TrackSelection::name), audio.map(TrackSelection::name))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(","));
        String mimeType = (needsVideo() ? "audio/" : "video/")
                + container.name().toLowerCase(Locale.ROOT)
                + ";codecs=\"" + codecs + "\"";
        return Optional.of(new MediaFormat(container, needsVideo(), video, audio, mimeType));
    }

    private static String name(VideoCodec codec) {
        return switch (codec) {
            case H264 -> "avc1";
            case HEVC -> "hvc1";
            case VP8 -> "vp8";
            case VP9 -> "vp9";
            case AV1 -> "av01";
        };
    }

    private static String name(AudioCodec codec) {
        return switch (codec) {
            case AAC -> "mp4a";
            case OPUS -> "opus";
            case MP3 -> "mp3";
            case PCM -> "pcm";
            case VORBIS -> "vorbis";
            case FLAC -> "flac";
        };
    }
}
