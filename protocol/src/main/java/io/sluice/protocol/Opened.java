package io.sluice.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link Open}: media may flow now.
 *
 * @param sessionId names this stream in the gateway's log; no secret
 * @param mimeType the chosen offer, verbatim: record in this one
 * @param video what becomes of the video track; null if there will be none
 * @param audio what becomes of the audio track; null if there will be none
 * @param timesliceMs how often the recorder should hand over what it has, in milliseconds
 * @param keyFrameIntervalMs how far apart keyframes should be at most, in milliseconds
 * @param maxBitsPerSecond what the recorder's encoders should stay below together, in bits per second
 * @param maxMessageBytes the largest binary message that is taken, in bytes
 */
public record Opened(
        String sessionId,
        String mimeType,
        @Nullable TrackHandling video,
        @Nullable TrackHandling audio,
        int timesliceMs,
        int keyFrameIntervalMs,
        long maxBitsPerSecond,
        int maxMessageBytes)
        implements ServerMessage {
    @Override
    public String type() {
        return "opened";
    }
}
