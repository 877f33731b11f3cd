package io.sluice.gateway.session;

import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Failure;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Progress;
import io.sluice.protocol.Resumed;
import io.sluice.protocol.ServerMessage;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
    private final Resumption resumption;
    private long skippedBytes;

    SessionReporter(
            String sessionId,
            IngestSlot ingest,
            SessionListener listener,
            SessionStatusPublisher status,
            Resumption resumption) {
        this.sessionId = sessionId;
        this.ingest = ingest;
        this.listener = listener;
        this.status = status;
        this.resumption = resumption;
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
        ingest.send(resumption.answer(opened));
        status.media(opened);
        notifyListener(new SessionEvent.Started(
                sessionId,
                streamKey(),
                opened.mimeType(),
                opened.video(),
                opened.audio(),
                status.latest().negotiated(),
                stream.startup()));
        if (resumption.restarts()) {
            notifyListener(new SessionEvent.Resumed(
                    sessionId, streamKey(), ingest.peer(), Resumed.Mode.RESTART, Duration.ZERO, 0));
        }
    }

    /** The connection is lost, and the session waits for another. */
    void lost(long receivedBytes) {
        Duration window = resumption.window();
        LOG.info(
                "[{}] The connection of {} is lost after {} bytes. FFmpeg, the outputs and the stream key are kept for"
                        + " {} ms, until {}, for the client to resume",
                sessionId,
                ingest.peer(),
                receivedBytes,
                window.toMillis(),
                Instant.now().plus(window).truncatedTo(ChronoUnit.MILLIS));
        notifyListener(new SessionEvent.Lost(sessionId, streamKey(), ingest.peer(), window));
    }

    /** Another connection is attached, and goes on from a byte. */
    void resumed(Duration away, long nextByte, long sentBytes) {
        LOG.info(
                "[{}] Resumed: {} goes on from byte {} after {} ms away; {} bytes are sent again",
                sessionId,
                ingest.peer(),
                nextByte,
                away.toMillis(),
                Math.max(0, sentBytes - nextByte));
        notifyListener(
                new SessionEvent.Resumed(sessionId, streamKey(), ingest.peer(), Resumed.Mode.EXACT, away, nextByte));
    }

    /** The session waits no longer. */
    void notResumed() {
        LOG.info(
                "[{}] Nobody resumed the stream within {} ms, so it ends",
                sessionId,
                resumption.window().toMillis());
    }

    /** The session makes room. */
    void gaveWay() {
        LOG.info("[{}] The stream ends: its client is absent, and another one opens its stream key", sessionId);
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
        ServerMessage lastWord =
                failure.<ServerMessage>map(Failed::of).orElseGet(() -> new Ended(acceptedBytes, outTimeMs));
        resumption.ended(lastWord);
        ingest.send(lastWord);
        notifyListener(new SessionEvent.Ended(sessionId, streamKey(), acceptedBytes, outTimeMs, failure));
    }

    /** To everyone: an output is in another state, or has lost or repeated media. */
    void output(OutputStatus output) {
        status.output(output);
        repeatOutput(output);
        notifyListener(new SessionEvent.OutputChanged(sessionId, streamKey(), output));
    }

    /** To the client only: another connection may have missed it. */
    void repeatOutput(OutputStatus output) {
        if (ingest.has(ClientFeature.OUTPUTS)) {
            OutputMessages.of(output).ifPresent(ingest::send);
        }
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
