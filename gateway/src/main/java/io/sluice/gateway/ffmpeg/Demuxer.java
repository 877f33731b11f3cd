package io.sluice.gateway.ffmpeg;

import io.sluice.protocol.Container;

/** The input formats that FFmpeg is told to read, and the only ones it is allowed to. */
enum Demuxer {
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

    static Demuxer of(Container container) {
        return switch (container) {
            case WEBM -> MATROSKA;
            case MP4 -> MOV;
        };
    }

    String ffmpegName() {
        return ffmpegName;
    }

    /** Value of {@code -format_whitelist}. */
    String whitelist() {
        return whitelist;
    }
}
