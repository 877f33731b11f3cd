package io.sluice.gateway.ffmpeg.plan;

import io.sluice.gateway.ffmpeg.install.FfmpegCapabilities;
import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.VideoCodec;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** FFmpeg's software decoders per codec. */
public final class Decoders {

    private Decoders() {}

    static boolean canDecode(FfmpegCapabilities ffmpeg, VideoCodec codec) {
        return !Collections.disjoint(ffmpeg.decoders(), of(codec));
    }

    static boolean canDecode(FfmpegCapabilities ffmpeg, AudioCodec codec) {
        return !Collections.disjoint(ffmpeg.decoders(), of(codec));
    }

    /**
     * The decoders that a stream of this format may need; FFmpeg may use no others. If the format does not name a
     * codec, all are included.
     *
     * @param format the stream's format
     * @return names of decoders
     */
    public static SortedSet<String> of(MediaFormat format) {
        SortedSet<String> all = new TreeSet<>();
        if (!format.audioOnly()) {
            format.video().map(List::of).orElse(List.of(VideoCodec.values())).forEach(codec -> all.addAll(of(codec)));
        }
        format.audio().map(List::of).orElse(List.of(AudioCodec.values())).forEach(codec -> all.addAll(of(codec)));
        return all;
    }

    private static Set<String> of(VideoCodec codec) {
        return switch (codec) {
            case H264 -> Set.of("h264", "libopenh264");
            case HEVC -> Set.of("hevc");
            case VP8 -> Set.of("vp8", "libvpx");
            case VP9 -> Set.of("vp9", "libvpx-vp9");
            // FFmpeg's own av1 decoder only works with hardware.
            case AV1 -> Set.of("libdav1d", "libaom-av1", "libgav1");
        };
    }

    private static Set<String> of(AudioCodec codec) {
        return switch (codec) {
            case AAC -> Set.of("aac", "libfdk_aac");
            case OPUS -> Set.of("opus", "libopus");
            case MP3 -> Set.of("mp3", "mp3float");
            case PCM ->
                Set.of(
                        "pcm_u8",
                        "pcm_s8",
                        "pcm_s16le",
                        "pcm_s16be",
                        "pcm_s24le",
                        "pcm_s24be",
                        "pcm_s32le",
                        "pcm_s32be",
                        "pcm_f32le",
                        "pcm_f32be",
                        "pcm_f64le",
                        "pcm_f64be");
            case VORBIS -> Set.of("vorbis", "libvorbis");
            case FLAC -> Set.of("flac");
        };
    }
}
