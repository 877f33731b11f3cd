package io.sluice.protocol;

/**
 * The stream is over and complete: FFmpeg has written its trailer and has left. The gateway closes with 1000 next.
 *
 * @param acceptedBytes media bytes handed to FFmpeg in all
 * @param outTimeMs how much media FFmpeg has written to the output, in milliseconds of its time line
 */
public record Ended(long acceptedBytes, long outTimeMs) implements ServerMessage {
    @Override
    public String type() {
        return "ended";
    }
}
