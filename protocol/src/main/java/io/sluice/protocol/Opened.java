package io.sluice.protocol;

import org.jspecify.annotations.Nullable;

/**
 * The answer to {@link Open}: the client may send media now.
 *
 * @param sessionId identifies this session in the gateway's log; not secret
 * @param mimeType the accepted offer, verbatim: the type to record in
 * @param video how the video track is handled; null if there is none
 * @param audio how the audio track is handled; null if there is none
 * @param timesliceMs how often the recorder should emit its data, in milliseconds
 * @param keyFrameIntervalMs the maximum interval between key frames, in milliseconds
 * @param maxBitsPerSecond the maximum total bit rate of the recorder's encoders
 * @param maxMessageBytes the largest binary message that the gateway accepts, in bytes
 * @param resume the right to continue the stream over another connection; null if it was not asked for or not granted
 */
public record Opened(
        String sessionId,
        String mimeType,
        @Nullable TrackHandling video,
        @Nullable TrackHandling audio,
        int timesliceMs,
        int keyFrameIntervalMs,
        long maxBitsPerSecond,
        int maxMessageBytes,
        @Nullable ResumeGrant resume)
        implements ServerMessage {

    /**
     * The same without the right to resume.
     *
     * @param sessionId identifies this session
     * @param mimeType the accepted offer
     * @param video how the video track is handled, or null
     * @param audio how the audio track is handled, or null
     * @param timesliceMs how often the recorder should emit its data
     * @param keyFrameIntervalMs the maximum interval between key frames
     * @param maxBitsPerSecond the maximum total bit rate
     * @param maxMessageBytes the largest binary message
     */
    public Opened(
            String sessionId,
            String mimeType,
            @Nullable TrackHandling video,
            @Nullable TrackHandling audio,
            int timesliceMs,
            int keyFrameIntervalMs,
            long maxBitsPerSecond,
            int maxMessageBytes) {
        this(
                sessionId,
                mimeType,
                video,
                audio,
                timesliceMs,
                keyFrameIntervalMs,
                maxBitsPerSecond,
                maxMessageBytes,
                null);
    }

    /**
     * The same with the right to resume.
     *
     * @param grant the right, or null
     * @return a message that differs in nothing else
     */
    public Opened withResume(@Nullable ResumeGrant grant) {
        return new Opened(
                sessionId,
                mimeType,
                video,
                audio,
                timesliceMs,
                keyFrameIntervalMs,
                maxBitsPerSecond,
                maxMessageBytes,
                grant);
    }

    @Override
    public String type() {
        return "opened";
    }
}
