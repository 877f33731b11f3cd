package io.sluice.gateway.ffmpeg.install;

/** There is no FFmpeg that can be used; the message says which were tried and why each one failed. */
public final class FfmpegUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    public FfmpegUnavailableException(String message) {
        super(message);
    }
}
