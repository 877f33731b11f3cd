package io.sluice.gateway.session;

import io.sluice.gateway.access.Peer;
import io.sluice.gateway.session.SessionStatus.Media;
import io.sluice.gateway.session.SessionStatus.Phase;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Progress;
import io.sluice.protocol.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What other threads may know of a session. Its event loop writes it, each time as a whole; anybody may read it. The hot path does not come
 * here: what flows is written with the pulse of the stream.
 */
final class SessionStatusPublisher {

    private static final Progress NOTHING_YET = new Progress(0, 0, 0, 0, 0, 0, 0);

    private volatile SessionStatus latest;

    /** Apart from the rest, because the authorizer's answer may come on any thread. */
    private volatile @Nullable StreamKey permitted;

    SessionStatusPublisher(String sessionId, Peer peer, boolean negotiated) {
        latest = new SessionStatus(
                sessionId,
                negotiated ? Phase.NEGOTIATING : Phase.STARTING,
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
        StreamKey key = permitted;
        return key == null ? latest : latest.under(key);
    }

    void asksFor(StreamKey key) {
        latest = latest.under(key);
    }

    /** The key under which the stream was allowed, which may be another than the one that was asked for. Callable from any thread. */
    void mayPublishUnder(StreamKey key) {
        permitted = key;
    }

    void is(Phase phase) {
        latest = latest.in(phase);
    }

    void live(Opened opened, List<String> outputs) {
        latest = latest.with(new Media(opened.mimeType(), opened.video(), opened.audio(), outputs, NOTHING_YET));
    }

    void progressed(Progress progress) {
        Media media = latest.media();
        latest = media == null ? latest : latest.with(media.with(progress));
    }

    void refused(Failure reason) {
        latest = latest.failed(Optional.of(reason));
    }

    void ended(long acceptedBytes, long outTimeMs, Optional<Failure> reason) {
        progressed(new Progress(acceptedBytes, 0, outTimeMs, 0, 0, 0, 0));
        latest = latest.failed(reason);
    }

    void forced() {
        latest = latest.endedByForce();
    }
}
