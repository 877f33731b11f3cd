package io.sluice.gateway.ffmpeg.install;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** FFmpeg's H.264 encoders, in order of preference. */
public enum H264Encoder {
    /** In GPL builds. */
    LIBX264("libx264"),
    /** In builds without GPL code. Needs no tuning and adds no delay. */
    LIBOPENH264("libopenh264");

    private final String ffmpegName;

    H264Encoder(String ffmpegName) {
        this.ffmpegName = ffmpegName;
    }

    /**
     * The preferred encoder of an FFmpeg.
     *
     * @param capabilities what that FFmpeg supports
     * @return the encoder, or empty if it has none
     */
    public static Optional<H264Encoder> in(FfmpegCapabilities capabilities) {
        return Stream.of(values())
                .filter(encoder -> capabilities.encoders().contains(encoder.ffmpegName))
                .findFirst();
    }

    /**
     * The name for {@code -c:v}.
     *
     * @return FFmpeg's name of the encoder
     */
    public String ffmpegName() {
        return ffmpegName;
    }

    /**
     * Options for encoding without look-ahead.
     *
     * @return arguments to add after the encoder's name
     */
    public List<String> liveOptions() {
        return switch (this) {
            // Without sc_threshold 0, scene changes add key frames, which exceed the bit rate.
            case LIBX264 ->
                List.of("-preset", "veryfast", "-tune", "zerolatency", "-profile:v", "high", "-sc_threshold", "0");
            case LIBOPENH264 -> List.of("-profile:v", "high", "-rc_mode", "bitrate");
        };
    }

    /**
     * Options for pictures that keep their own timestamps: the encoder divides its bits by the rate it is told.
     *
     * @param frameRate pictures per second that are to be expected
     * @return arguments to add after the encoder's name
     */
    public List<String> rateOptions(double frameRate) {
        return switch (this) {
            case LIBX264 -> List.of("-x264-params", String.format(Locale.ROOT, "fps=%.3f", frameRate));
            // It goes by the timestamps.
            case LIBOPENH264 -> List.of();
        };
    }
}
