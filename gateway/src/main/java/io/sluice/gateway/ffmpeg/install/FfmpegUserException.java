package io.sluice.gateway.ffmpeg.install;

/** Thrown if FFmpeg cannot run as the user that the operator named. */
public final class FfmpegUserException extends FfmpegUnavailableException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates the exception.
     *
     * @param message for the operator: what is wrong with the user
     */
    public FfmpegUserException(String message) {
        super(message);
    }
}
