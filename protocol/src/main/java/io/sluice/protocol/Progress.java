package io.sluice.protocol;

/**
 * How the stream is doing; sent once a second, or as often as {@link Open} asked.
 *
 * @param acceptedBytes media bytes handed to FFmpeg so far; never goes back
 * @param queuedBytes media bytes that have arrived and wait for FFmpeg
 * @param outTimeMs how much media FFmpeg has written to the output, in milliseconds of its time line
 * @param framesPerSecond video frames written per second
 * @param bitsPerSecond what the output receives, in bits per second
 * @param speed media time over wall-clock time; steadily below 1 means that FFmpeg cannot keep up
 * @param droppedFrames video frames that FFmpeg left out so far
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
