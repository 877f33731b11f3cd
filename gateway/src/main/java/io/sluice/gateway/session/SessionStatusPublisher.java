package io.sluice.gateway.session;

import io.sluice.gateway.access.Peer;
import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.gateway.session.SessionStatus.Media;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Progress;
import io.sluice.protocol.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Publishes a session's status to other threads. The session's event loop writes it as a whole each time; any thread
 * may read it. The media path does not pass here: progress is written once a second.
 */
final class SessionStatusPublisher {

    private static final Progress NO_PROGRESS = new Progress(0, 0, 0, 0, 0, 0, 0);

    private volatile SessionStatus latest;

    /** Apart from the rest, because the authorizer may answer on any thread. */
    private volatile @Nullable StreamKey permittedKey;

    SessionStatusPublisher(String sessionId, Peer peer, boolean negotiated) {
        latest = new SessionStatus(
                sessionId,
                SessionState.NEGOTIATING,
                peer,
                negotiated,
                Instant.now(),
                null,
                null,
                Optional.empty(),
                false);
    }

    /** Callable from any thread. */
    SessionStatus latest() {
        StreamKey key = permittedKey;
        return key == null ? latest : latest.with(key);
    }

    void peer(Peer peer) {
        latest = latest.with(peer);
    }

    void state(SessionState state) {
        latest = latest.with(state);
    }

    void requestedKey(StreamKey key) {
        latest = latest.with(key);
    }

    /**
     * The stream key under which the stream was allowed, which may differ from the requested one. Callable from any
     * thread.
     */
    void permittedKey(StreamKey key) {
        permittedKey = key;
    }

    void media(Opened opened) {
        latest = latest.with(new Media(opened.mimeType(), opened.video(), opened.audio(), List.of(), NO_PROGRESS));
    }

    void output(OutputStatus output) {
        Media media = latest.media();
        latest = media == null ? latest : latest.with(media.with(output));
    }

    void progress(Progress progress) {
        Media media = latest.media();
        latest = media == null ? latest : latest.with(media.with(progress));
    }

    void failure(Optional<Failure> reason) {
        latest = latest.with(reason);
    }

    void forced() {
        latest = latest.asForced();
    }
}
