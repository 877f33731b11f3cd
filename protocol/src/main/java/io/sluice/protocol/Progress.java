package io.sluice.protocol;

/**
 * The state of a live stream; sent once a second, or at the interval that {@link Open} requested.
 *
 * @param acceptedBytes media bytes that FFmpeg has accepted so far; never decreases
 * @param queuedBytes media bytes that have arrived and are waiting for FFmpeg
 * @param outTimeMs how much media FFmpeg has written to the output, in milliseconds of media time
 * @param framesPerSecond video frames written per second
 * @param bitsPerSecond the bit rate of the output
 * @param speed media time over wall-clock time; consistently below 1 means that FFmpeg cannot keep up
 * @param droppedFrames video frames that FFmpeg has dropped so far
 */
public record Progress(
        long acceptedBytes,
        long queuedBytes,
        long outTimeMs,
        double framesPerSecond,
        long bitsPerSecond,
        double speed,
        long droppedFrames)
        implements ServerMessage {
    @Override
    public String type() {
        return "progress";
    }
}
