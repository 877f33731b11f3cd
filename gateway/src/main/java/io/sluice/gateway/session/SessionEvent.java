package io.sluice.gateway.session;

import io.sluice.gateway.access.Peer;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Progress;
import io.sluice.protocol.StreamKey;
import io.sluice.protocol.TrackHandling;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happens in a stream's life, for whoever embeds the gateway. A stream that started ends exactly once. */
public sealed interface SessionEvent {

    /**
     * Names the session.
     *
     * @return the id that the client was told, and that the log shows
     */
    String sessionId();

    /**
     * The key of the stream.
     *
     * @return the key, which prints redacted; null only in {@link Refused}, and there if the client gave no sound one
     */
    @Nullable
    StreamKey streamKey();

    /**
     * A client was refused, or broke a rule before its stream ran. It neither starts nor ends then. A client that goes
     * by itself before its stream runs makes no event.
     *
     * @param sessionId names the session
     * @param streamKey the key, or null if there is none that is sound
     * @param peer who was refused
     * @param failure why
     */
    record Refused(String sessionId, @Nullable StreamKey streamKey, Peer peer, Failure failure)
            implements SessionEvent {}

    /**
     * FFmpeg runs and takes media.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param mimeType what the client sends
     * @param video copied or transcoded, or null without video
     * @param audio copied or transcoded, or null without audio
     * @param negotiated whether the client speaks {@code sluice.v1}, and not merely sends media
     * @param ffmpegStart how long FFmpeg's start took, the wait for its turn included
     */
    record Started(
            String sessionId,
            StreamKey streamKey,
            String mimeType,
            @Nullable TrackHandling video,
            @Nullable TrackHandling audio,
            boolean negotiated,
            Duration ffmpegStart)
            implements SessionEvent {}

    /**
     * About once a second while the stream is live, however often the client asked to be told.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param progress how the stream is doing, in the words that its client is told
     */
    record Progressed(String sessionId, StreamKey streamKey, Progress progress) implements SessionEvent {}

    /**
     * The stream is over and its FFmpeg was reaped.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param acceptedBytes the media bytes that FFmpeg's standard input took
     * @param outTimeMs how far the output got, in milliseconds of media
     * @param failure why it ended, unless the client ended it in order
     */
    record Ended(String sessionId, StreamKey streamKey, long acceptedBytes, long outTimeMs, Optional<Failure> failure)
            implements SessionEvent {}
}
