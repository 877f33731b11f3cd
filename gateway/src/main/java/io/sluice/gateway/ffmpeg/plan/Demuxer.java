package io.sluice.gateway.ffmpeg.plan;

import io.sluice.protocol.Container;

/** FFmpeg's input formats; each stream may use only the one for its container. */
public enum Demuxer {
    /** Reads WebM as well. */
    MATROSKA("matroska", "matroska,webm"),
    /** Reads MP4 as well. */
    MOV("mov", "mov,mp4");

    private final String ffmpegName;
    private final String whitelist;

    Demuxer(String ffmpegName, String whitelist) {
        this.ffmpegName = ffmpegName;
        this.whitelist = whitelist;
    }

    /**
     * The demuxer for a container.
     *
     * @param container the stream's container
     * @return the demuxer
     */
    public static Demuxer of(Container container) {
        return switch (container) {
            case WEBM -> MATROSKA;
            case MP4 -> MOV;
        };
    }

    /**
     * Value of {@code -f}.
     *
     * @return FFmpeg's name of the format
     */
    public String ffmpegName() {
        return ffmpegName;
    }

    /**
     * Value of {@code -format_whitelist}.
     *
     * @return comma-separated names
     */
    public String whitelist() {
        return whitelist;
    }
}
