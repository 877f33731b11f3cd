package io.sluice.gateway.session;

import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.ffmpeg.run.FfmpegOutcome;
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
final class SessionReporter {

    private static final Logger LOG = LoggerFactory.getLogger(SessionReporter.class);

    private final Client client;
    private final SessionListener listener;
    private final PublishRequest request;
    private final SessionStatusPublisher standing;

    SessionReporter(Client client, SessionListener listener, PublishRequest request, SessionStatusPublisher standing) {
        this.client = client;
        this.listener = listener;
        this.request = request;
        this.standing = standing;
    }

    void started(Opened opened, RunningStream running) {
        LOG.info(
                "[{}] {} is live under {}: {} ({}), video {}, audio {}",
                request.sessionId(),
                request.peer(),
                request.streamKey(),
                opened.mimeType(),
                running.ffmpeg(),
                opened.video(),
                opened.audio());
        client.tell(opened);
        standing.live(
                opened,
                running.plan().outputs().stream()
                        .map(plan -> plan.output().toString())
                        .toList());
        tellListener(new SessionEvent.Started(
                request.sessionId(),
                request.streamKey(),
                opened.mimeType(),
                opened.video(),
                opened.audio(),
                standing.latest().negotiated(),
                running.startup()));
    }

    void report(Progress progress) {
        client.tell(progress);
    }

    void progressed(Progress progress) {
        standing.progressed(progress);
        tellListener(new SessionEvent.Progressed(request.sessionId(), request.streamKey(), progress));
    }

    /** No more media is taken. */
    void ending() {
        standing.is(SessionStatus.Phase.ENDING);
    }

    /** FFmpeg is not left the time to finish. */
    void forcing() {
        standing.forced();
    }

    void ended(FfmpegOutcome outcome) {
        long acceptedBytes = outcome.acceptedBytes();
        long outTimeMs = outcome.progress().outTime().toMillis();
        Optional<Failure> failure = outcome.failure();
        standing.ended(acceptedBytes, outTimeMs, failure);
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
        tell(listener, event);
    }

    /** What a listener throws stays here. */
    static void tell(SessionListener listener, SessionEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException e) {
            LOG.error("[{}] The session listener failed", event.sessionId(), e);
        }
    }
}
