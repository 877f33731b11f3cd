package io.sluice.gateway.session;

import io.sluice.gateway.access.Peer;
import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Progress;
import io.sluice.protocol.StreamKey;
import io.sluice.protocol.TrackHandling;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happens in a stream's life, for an embedder of the gateway. A stream that started ends exactly once. */
public sealed interface SessionEvent {

    /**
     * Names the session.
     *
     * @return the id that the client was sent and that the log shows
     */
    String sessionId();

    /**
     * The stream key.
     *
     * @return the key, which prints redacted; null only in {@link Refused}, if the client gave no valid one
     */
    @Nullable
    StreamKey streamKey();

    /**
     * A client was refused, or broke a rule before its stream was live. There is no {@link Started} and no
     * {@link Ended} then. A client that disconnects before its stream is live causes no event.
     *
     * @param sessionId names the session
     * @param streamKey the key, or null if there is no valid one
     * @param peer who was refused
     * @param failure why
     */
    record Refused(String sessionId, @Nullable StreamKey streamKey, Peer peer, Failure failure)
            implements SessionEvent {}

    /**
     * The stream has started: its FFmpegs run and accept media. Whether its outputs do, {@link OutputChanged} says.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param mimeType what the client sends
     * @param video copied or transcoded, or null without video
     * @param audio copied or transcoded, or null without audio
     * @param negotiated whether the client speaks {@code sluice.v1} instead of only sending media
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
     * About once a second while the stream is live, whatever interval the client asked for.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param progress the progress, as sent to its client
     */
    record Progressed(String sessionId, StreamKey streamKey, Progress progress) implements SessionEvent {}

    /**
     * An output is in another state, or has lost or repeated media.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param output the output as it is now
     */
    record OutputChanged(String sessionId, StreamKey streamKey, OutputStatus output) implements SessionEvent {}

    /**
     * An output was too slow, so media up to the next key frame was left out for it.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param output the output's position among the stream's outputs
     */
    record GroupsSkipped(String sessionId, StreamKey streamKey, int output) implements SessionEvent {}

    /**
     * FFmpeg printed messages faster than they can be inspected, usually because the media is damaged. At most once a
     * second.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param bytes how much was skipped since the last such event
     */
    record MessagesSkipped(String sessionId, StreamKey streamKey, long bytes) implements SessionEvent {}

    /**
     * The connection of a live stream is lost. The stream goes on, and waits for its client; {@link Resumed} or
     * {@link Ended} follows.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param peer who is lost
     * @param window how long the stream waits
     */
    record Lost(String sessionId, StreamKey streamKey, Peer peer, Duration window) implements SessionEvent {}

    /**
     * A client continues its recording over another connection: the same stream, without a byte lost; or a new one,
     * whose {@link Started} came just before.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param peer who is at the other end now
     * @param mode whether it is the same stream
     * @param away how long there was no connection; zero if the new one came first, or it is another stream
     * @param nextByte the position in the recording from which it goes on
     */
    record Resumed(
            String sessionId,
            StreamKey streamKey,
            Peer peer,
            io.sluice.protocol.Resumed.Mode mode,
            Duration away,
            long nextByte)
            implements SessionEvent {}

    /**
     * The stream has ended and its FFmpeg was reaped.
     *
     * @param sessionId names the session
     * @param streamKey the key
     * @param acceptedBytes the media bytes that FFmpeg's standard input accepted
     * @param outTimeMs how far the output got, in milliseconds of media
     * @param failure why it ended; empty if the client ended it
     */
    record Ended(String sessionId, StreamKey streamKey, long acceptedBytes, long outTimeMs, Optional<Failure> failure)
            implements SessionEvent {}
}
