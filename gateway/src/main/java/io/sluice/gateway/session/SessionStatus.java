package io.sluice.gateway.session;

import io.sluice.gateway.access.Peer;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Progress;
import io.sluice.protocol.StreamKey;
import io.sluice.protocol.TrackHandling;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a session stood a moment ago: while it is live, at most a second. Immutable, and prints without secrets.
 *
 * @param sessionId names the session in the log and to the client
 * @param phase where it is in its life
 * @param peer who is at the other end
 * @param negotiated whether the client speaks {@code sluice.v1}, and not merely sends media
 * @param since when the connection came
 * @param streamKey under which key; null until the client has given a sound one
 * @param media what flows; null until FFmpeg runs
 * @param failure why it ended, or empty if it has not, or was ended in order by its client
 * @param forced whether its FFmpeg had to be ended by force, and so perhaps without a trailer
 */
public record SessionStatus(
        String sessionId,
        Phase phase,
        Peer peer,
        boolean negotiated,
        Instant since,
        @Nullable StreamKey streamKey,
        @Nullable Media media,
        Optional<Failure> failure,
        boolean forced) {

    /** Where a session is in its life. */
    public enum Phase {
        /** The client has not said yet what it wants. */
        NEGOTIATING,
        /** Permission is asked for, FFmpeg is started. */
        STARTING,
        /** FFmpeg takes the media. */
        LIVE,
        /** What came is delivered, FFmpeg writes its trailer, or whatever was started is taken back. */
        ENDING,
        /** Nothing is left. */
        ENDED;

        /**
         * The phase in lower case.
         *
         * @return such as {@code live}
         */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What flows through a session.
     *
     * @param mimeType what the client sends
     * @param video copied or transcoded, or null without video
     * @param audio copied or transcoded, or null without audio
     * @param outputs where it goes, without secrets
     * @param progress how it is doing, in the words that the client is told
     */
    public record Media(
            String mimeType,
            @Nullable TrackHandling video,
            @Nullable TrackHandling audio,
            List<String> outputs,
            Progress progress) {

        /**
         * Copies the list.
         *
         * @param mimeType what the client sends
         * @param video what becomes of the video
         * @param audio what becomes of the audio
         * @param outputs where it goes
         * @param progress how it is doing
         */
        public Media {
            outputs = List.copyOf(outputs);
        }

        Media with(Progress latest) {
            return new Media(mimeType, video, audio, outputs, latest);
        }
    }

    SessionStatus in(Phase next) {
        return new SessionStatus(sessionId, next, peer, negotiated, since, streamKey, media, failure, forced);
    }

    SessionStatus under(@Nullable StreamKey key) {
        return new SessionStatus(sessionId, phase, peer, negotiated, since, key, media, failure, forced);
    }

    SessionStatus with(@Nullable Media flowing) {
        return new SessionStatus(sessionId, phase, peer, negotiated, since, streamKey, flowing, failure, forced);
    }

    SessionStatus failed(Optional<Failure> reason) {
        return new SessionStatus(sessionId, phase, peer, negotiated, since, streamKey, media, reason, forced);
    }

    SessionStatus endedByForce() {
        return new SessionStatus(sessionId, phase, peer, negotiated, since, streamKey, media, failure, true);
    }
}
