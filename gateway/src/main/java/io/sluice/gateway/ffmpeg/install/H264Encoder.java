package io.sluice.gateway.ffmpeg.install;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The encoders that H.264 can be made with, the better first. */
public enum H264Encoder {
    /** In builds under the GPL. */
    LIBX264("libx264"),
    /** In builds that are free of the GPL. It takes no tuning, and adds no delay of its own. */
    LIBOPENH264("libopenh264");

    private final String ffmpegName;

    H264Encoder(String ffmpegName) {
        this.ffmpegName = ffmpegName;
    }

    public static Optional<H264Encoder> in(FfmpegCapabilities capabilities) {
        return Stream.of(values())
                .filter(encoder -> capabilities.encoders().contains(encoder.ffmpegName))
                .findFirst();
    }

    public String ffmpegName() {
        return ffmpegName;
    }

    /** Arguments that make it encode as it goes, without looking ahead. */
    public List<String> liveOptions() {
        return switch (this) {
            // Without sc_threshold 0, scene changes add keyframes of their own, which no bit rate has room for.
            case LIBX264 ->
                List.of("-preset", "veryfast", "-tune", "zerolatency", "-profile:v", "high", "-sc_threshold", "0");
            case LIBOPENH264 -> List.of("-profile:v", "high", "-rc_mode", "bitrate");
        };
    }
}
