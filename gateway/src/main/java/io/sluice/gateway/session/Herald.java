package io.sluice.gateway.session;

import io.sluice.gateway.ffmpeg.FfmpegOutcome;
import io.sluice.gateway.ffmpeg.FfmpegStream;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Progress;
import io.sluice.protocol.ServerMessage;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of a live stream whoever wants to know: its client, the embedder's listener, and the log. On the stream's event loop. */
final class Herald {

    private static final Logger LOG = LoggerFactory.getLogger(Herald.class);

    private final Client client;
    private final SessionListener listener;
    private final PublishRequest request;

    Herald(Client client, SessionListener listener, PublishRequest request) {
        this.client = client;
        this.listener = listener;
        this.request = request;
    }

    void started(Opened opened, FfmpegStream ffmpeg) {
        LOG.info(
                "[{}] {} is live under {}: {} ({}), video {}, audio {}",
                request.sessionId(),
                request.peer(),
                request.streamKey(),
                opened.mimeType(),
                ffmpeg,
                opened.video(),
                opened.audio());
        client.tell(opened);
        tellListener(new SessionEvent.Started(
                request.sessionId(), request.streamKey(), opened.mimeType(), opened.video(), opened.audio()));
    }

    void report(Progress progress) {
        client.tell(progress);
    }

    void progressed(Progress progress) {
        tellListener(new SessionEvent.Progressed(request.sessionId(), request.streamKey(), progress));
    }

    void ended(FfmpegOutcome outcome) {
        long acceptedBytes = outcome.acceptedBytes();
        long outTimeMs = outcome.progress().outTime().toMillis();
        Optional<Failure> failure = outcome.failure();
        LOG.info(
                "[{}] ended: {} bytes, {} ms{}",
                request.sessionId(),
                acceptedBytes,
                outTimeMs,
                failure.map(f -> ", " + f.code().reason() + ": " + f.message()).orElse(""));
        client.tell(failure.<ServerMessage>map(Failed::of).orElseGet(() -> new Ended(acceptedBytes, outTimeMs)));
        tellListener(
                new SessionEvent.Ended(request.sessionId(), request.streamKey(), acceptedBytes, outTimeMs, failure));
    }

    private void tellListener(SessionEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException e) {
            LOG.error("[{}] The session listener failed", request.sessionId(), e);
        }
    }
}
