package io.sluice.gateway.ffmpeg.install;

/** Thrown if there is no usable FFmpeg. */
public class FfmpegUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message for the operator: which FFmpegs were tried and why each failed
     */
    public FfmpegUnavailableException(String message) {
        super(message);
    }
}
