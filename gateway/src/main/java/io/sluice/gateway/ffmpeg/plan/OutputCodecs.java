package io.sluice.gateway.ffmpeg.plan;

import io.sluice.gateway.ffmpeg.install.FfmpegCapabilities;
import io.sluice.gateway.media.container.MediaDetails.AudioDetails;
import io.sluice.gateway.media.container.MediaDetails.VideoDetails;
import io.sluice.gateway.output.Output;
import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.VideoCodec;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What can be copied to an output: the codecs that FFmpeg can write and the receiver accepts, and of each what the
 * platforms and players have in common. What a header does not say counts as accepted.
 *
 * @param video video codecs
 * @param audio audio codecs
 */
record OutputCodecs(Set<VideoCodec> video, Set<AudioCodec> audio) {

    private static final int CHROMA_420 = 1;
    private static final int MAX_CHANNELS = 2;
    private static final int MAX_SAMPLE_RATE = 48_000;
    private static final int AAC_LC = 2;

    static OutputCodecs of(Output output, FfmpegCapabilities ffmpeg) {
        Set<VideoCodec> video = EnumSet.of(VideoCodec.H264);
        Set<AudioCodec> audio = EnumSet.of(AudioCodec.AAC);
        if (output instanceof Output.RtmpOutput rtmp) {
            audio.add(AudioCodec.MP3);
            if (rtmp.enhanced() && ffmpeg.writesEnhancedVideo()) {
                video.addAll(EnumSet.of(VideoCodec.HEVC, VideoCodec.AV1, VideoCodec.VP9));
            }
            if (rtmp.enhanced() && ffmpeg.writesEnhancedAudio()) {
                audio.add(AudioCodec.OPUS);
            }
        }
        return new OutputCodecs(video, audio);
    }

    /** Whether the receiver plays a copy of this track. */
    boolean accepts(VideoCodec codec, Optional<VideoDetails> track) {
        return video.contains(codec)
                && track.map(details -> !details.turned()
                                && (details.profile() < 0 || profiles(codec).contains(details.profile()))
                                && details.bitDepth() <= maxBitDepth(codec)
                                && (details.chroma() < 0 || details.chroma() == CHROMA_420))
                        .orElse(true);
    }

    /** Baseline, Main and High; Main and Main 10; VP9's and AV1's profiles for 4:2:0. */
    private static Set<Integer> profiles(VideoCodec codec) {
        return switch (codec) {
            case H264 -> Set.of(66, 77, 100);
            case HEVC -> Set.of(1, 2);
            case VP9 -> Set.of(0, 2);
            case VP8, AV1 -> Set.of(0);
        };
    }

    private static int maxBitDepth(VideoCodec codec) {
        return codec == VideoCodec.H264 || codec == VideoCodec.VP8 ? 8 : 10;
    }

    /** Whether the receiver plays a copy of this track. */
    boolean accepts(AudioCodec codec, Optional<AudioDetails> track) {
        return audio.contains(codec)
                && track.map(details -> details.channels() <= MAX_CHANNELS
                                && switch (codec) {
                                    case AAC ->
                                        details.sampleRate() <= MAX_SAMPLE_RATE
                                                && (details.aacObjectType() == 0 || details.aacObjectType() == AAC_LC);
                                    // FLV knows no others, but for halves of the first.
                                    case MP3 -> Set.of(0, 44_100, 48_000).contains(details.sampleRate());
                                    case OPUS, PCM, VORBIS, FLAC -> true;
                                })
                        .orElse(true);
    }

    /** What this FFmpeg needs and does not have in order to write to the output. */
    static Optional<String> missingFor(Output output, FfmpegCapabilities ffmpeg) {
        if (output instanceof Output.RtmpOutput rtmp) {
            if (!ffmpeg.outputProtocols().contains(rtmp.scheme())) {
                return Optional.of("the protocol " + rtmp.scheme());
            }
            return ffmpeg.muxers().contains("flv") ? Optional.empty() : Optional.of("the output format flv");
        }
        return ffmpeg.muxers().contains("hls") ? Optional.empty() : Optional.of("the output format hls");
    }
}
