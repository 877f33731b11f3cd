package io.sluice.protocol;

/**
 * The stream is over and complete: FFmpeg has written its trailer and exited. The gateway closes with 1000 next.
 *
 * @param acceptedBytes media bytes that FFmpeg accepted in total
 * @param outTimeMs how much media FFmpeg has written to the output, in milliseconds of media time
 */
public record Ended(long acceptedBytes, long outTimeMs) implements ServerMessage {
    @Override
    public String type() {
        return "ended";
    }
}
