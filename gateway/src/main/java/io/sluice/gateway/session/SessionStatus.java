package io.sluice.gateway.session;

import io.sluice.gateway.access.Peer;
import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Progress;
import io.sluice.protocol.StreamKey;
import io.sluice.protocol.TrackHandling;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A session as it was a moment ago; at most a second ago while it is live. Immutable, and prints without secrets.
 *
 * @param sessionId names the session in the log and to the client
 * @param state where it is in its life
 * @param peer who is at the other end
 * @param negotiated whether the client speaks {@code sluice.v1} instead of only sending media
 * @param since when the connection was accepted
 * @param streamKey the stream key; null until the client has given a valid one
 * @param media what flows; null until FFmpeg runs
 * @param failure why it ended; empty if it has not, or if its client ended it
 * @param forced whether FFmpeg was killed, and its outputs may lack a trailer
 */
public record SessionStatus(
        String sessionId,
        SessionState state,
        Peer peer,
        boolean negotiated,
        Instant since,
        @Nullable StreamKey streamKey,
        @Nullable Media media,
        Optional<Failure> failure,
        boolean forced) {

    /**
     * What flows through a session.
     *
     * @param mimeType what the client sends
     * @param video copied or transcoded; null without video
     * @param audio copied or transcoded; null without audio
     * @param outputs where it goes, and how each output is; nothing secret
     * @param progress the latest progress, as sent to the client
     */
    public record Media(
            String mimeType,
            @Nullable TrackHandling video,
            @Nullable TrackHandling audio,
            List<OutputStatus> outputs,
            Progress progress) {

        /**
         * Copies the list.
         *
         * @param mimeType what the client sends
         * @param video how video is handled
         * @param audio how audio is handled
         * @param outputs where it goes
         * @param progress the latest progress
         */
        public Media {
            outputs = List.copyOf(outputs);
        }

        Media with(OutputStatus changed) {
            List<OutputStatus> others = Stream.concat(
                            outputs.stream().filter(output -> output.index() != changed.index()), Stream.of(changed))
                    .sorted(Comparator.comparingInt(OutputStatus::index))
                    .toList();
            return new Media(mimeType, video, audio, others, progress);
        }

        Media with(Progress latest) {
            return new Media(mimeType, video, audio, outputs, latest);
        }
    }

    SessionStatus with(SessionState next) {
        return new SessionStatus(sessionId, next, peer, negotiated, since, streamKey, media, failure, forced);
    }

    SessionStatus with(Peer next) {
        return new SessionStatus(sessionId, state, next, negotiated, since, streamKey, media, failure, forced);
    }

    SessionStatus with(StreamKey key) {
        return new SessionStatus(sessionId, state, peer, negotiated, since, key, media, failure, forced);
    }

    SessionStatus with(Media flowing) {
        return new SessionStatus(sessionId, state, peer, negotiated, since, streamKey, flowing, failure, forced);
    }

    SessionStatus with(Optional<Failure> reason) {
        return new SessionStatus(sessionId, state, peer, negotiated, since, streamKey, media, reason, forced);
    }

    SessionStatus asForced() {
        return new SessionStatus(sessionId, state, peer, negotiated, since, streamKey, media, failure, true);
    }
}
