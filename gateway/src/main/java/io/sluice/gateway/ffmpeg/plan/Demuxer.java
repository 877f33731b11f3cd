package io.sluice.gateway.ffmpeg.plan;

import io.sluice.protocol.Container;

/** The input formats that FFmpeg is told to read, and the only ones it is allowed to. */
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

    public static Demuxer of(Container container) {
        return switch (container) {
            case WEBM -> MATROSKA;
            case MP4 -> MOV;
        };
    }

    public String ffmpegName() {
        return ffmpegName;
    }

    /** Value of {@code -format_whitelist}. */
    public String whitelist() {
        return whitelist;
    }
}
