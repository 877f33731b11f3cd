package io.sluice.gateway.session;

import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Progress;
import io.sluice.protocol.ServerMessage;
import io.sluice.protocol.StreamKey;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what happens in a session to its client, to the embedder's listener, to the published status and to the log.
 * Confined to the session's event loop.
 */
final class SessionReporter {

    private static final Logger LOG = LoggerFactory.getLogger(SessionReporter.class);

    private final String sessionId;
    private final IngestSlot ingest;
    private final SessionListener listener;
    private final SessionStatusPublisher status;
    private long skippedBytes;

    SessionReporter(String sessionId, IngestSlot ingest, SessionListener listener, SessionStatusPublisher status) {
        this.sessionId = sessionId;
        this.ingest = ingest;
        this.listener = listener;
        this.status = status;
    }

    void started(Opened opened, RunningStream stream) {
        LOG.info(
                "[{}] Started: {} publishes under {}: {} ({}), video {}, audio {}",
                sessionId,
                ingest.peer(),
                streamKey(),
                opened.mimeType(),
                stream.ffmpegs(),
                opened.video(),
                opened.audio());
        ingest.send(opened);
        status.media(opened);
        notifyListener(new SessionEvent.Started(
                sessionId,
                streamKey(),
                opened.mimeType(),
                opened.video(),
                opened.audio(),
                status.latest().negotiated(),
                stream.startup()));
    }

    /** To the client, as often as it asked. */
    void report(Progress progress) {
        ingest.send(progress);
    }

    /** To everyone else, once a second. */
    void progressed(Progress progress) {
        status.progress(progress);
        notifyListener(new SessionEvent.Progressed(sessionId, streamKey(), progress));
    }

    /** Once a second: how many bytes of FFmpeg's messages were skipped so far. */
    void skipped(long bytes) {
        if (bytes == skippedBytes) {
            return;
        }
        if (skippedBytes == 0) {
            LOG.warn(
                    "[{}] FFmpeg prints more messages than can be inspected; most of them are skipped from now on."
                            + " The media is probably damaged.",
                    sessionId);
        }
        notifyListener(new SessionEvent.MessagesSkipped(sessionId, streamKey(), bytes - skippedBytes));
        skippedBytes = bytes;
    }

    /** The session violated a rule or a limit, or was ended from outside. */
    void failing(Failure failure) {
        LOG.warn("[{}] {} {}: {}", sessionId, ingest.peer(), failure.code().reason(), failure.message());
    }

    /** The session ends without ever having been live. */
    void refused(Failure failure) {
        ingest.send(Failed.of(failure));
        status.failure(Optional.of(failure));
        notifyListener(new SessionEvent.Refused(sessionId, status.latest().streamKey(), ingest.peer(), failure));
    }

    /** The client ended the session before it sent anything. */
    void cancelled() {
        ingest.send(new Ended(0, 0));
    }

    void ended(Progress last, long skippedMessageBytes, Optional<Failure> failure) {
        skipped(skippedMessageBytes);
        long acceptedBytes = last.acceptedBytes();
        long outTimeMs = last.outTimeMs();
        status.progress(new Progress(acceptedBytes, 0, outTimeMs, 0, 0, 0, 0));
        status.failure(failure);
        LOG.info(
                "[{}] Ended: {} bytes, {} ms{}",
                sessionId,
                acceptedBytes,
                outTimeMs,
                failure.map(f -> ", " + f.code().reason() + ": " + f.message()).orElse(""));
        ingest.send(failure.<ServerMessage>map(Failed::of).orElseGet(() -> new Ended(acceptedBytes, outTimeMs)));
        notifyListener(new SessionEvent.Ended(sessionId, streamKey(), acceptedBytes, outTimeMs, failure));
    }

    /** To everyone: an output is in another state, or has lost or repeated media. */
    void output(OutputStatus output) {
        status.output(output);
        if (ingest.has(ClientFeature.OUTPUTS)) {
            OutputMessages.of(output).ifPresent(ingest::send);
        }
        notifyListener(new SessionEvent.OutputChanged(sessionId, streamKey(), output));
    }

    void groupsSkipped(int output) {
        notifyListener(new SessionEvent.GroupsSkipped(sessionId, streamKey(), output));
    }

    /** Known since the start sequence. */
    private StreamKey streamKey() {
        return Objects.requireNonNull(status.latest().streamKey());
    }

    /** An exception in a listener must not reach the stream. */
    private void notifyListener(SessionEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException e) {
            LOG.error("[{}] The session listener failed", sessionId, e);
        }
    }
}
