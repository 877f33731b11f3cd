package io.sluice.gateway.ffmpeg;

import io.sluice.protocol.AudioCodec;
import io.sluice.protocol.VideoCodec;
import java.util.Collections;
import java.util.Set;

/** Which of FFmpeg's decoders read which codec in software. */
final class Decoders {

    private Decoders() {}

    static boolean decodes(FfmpegCapabilities ffmpeg, VideoCodec codec) {
        return any(
                ffmpeg,
                switch (codec) {
                    case H264 -> Set.of("h264", "libopenh264");
                    case HEVC -> Set.of("hevc");
                    case VP8 -> Set.of("vp8", "libvpx");
                    case VP9 -> Set.of("vp9", "libvpx-vp9");
                    // FFmpeg's own av1 decoder only drives hardware.
                    case AV1 -> Set.of("libdav1d", "libaom-av1", "libgav1");
                });
    }

    static boolean decodes(FfmpegCapabilities ffmpeg, AudioCodec codec) {
        return any(
                ffmpeg,
                switch (codec) {
                    case AAC -> Set.of("aac", "libfdk_aac");
                    case OPUS -> Set.of("opus", "libopus");
                    case MP3 -> Set.of("mp3", "mp3float");
                    case PCM -> Set.of("pcm_f32le", "pcm_s16le");
                    case VORBIS -> Set.of("vorbis", "libvorbis");
                    case FLAC -> Set.of("flac");
                });
    }

    private static boolean any(FfmpegCapabilities ffmpeg, Set<String> decoders) {
        return !Collections.disjoint(ffmpeg.decoders(), decoders);
    }
}
