package io.sluice.gateway.ffmpeg.plan;

import io.sluice.gateway.ffmpeg.install.FfmpegCapabilities;
import io.sluice.gateway.output.Output;
import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.VideoCodec;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * The codecs that can be copied to an output.
 *
 * @param video video codecs that FFmpeg can write and the receiver accepts
 * @param audio audio codecs that FFmpeg can write and the receiver accepts
 */
record OutputCodecs(Set<VideoCodec> video, Set<AudioCodec> audio) {

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
