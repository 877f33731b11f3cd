package io.sluice.gateway.operations;

import io.sluice.gateway.session.SessionRegistry;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.session.StreamSession;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Inspects and ends the sessions of one gateway. Thread-safe; sessions end on their own event loops. */
public final class SessionOperations {

    /** The maximum length of a reason, in characters. */
    public static final int MAX_REASON_LENGTH = 200;

    private final SessionRegistry streams;
    private final Supplier<Duration> endTimeout;

    /**
     * Creates the operations for the sessions of one gateway.
     *
     * @param streams the sessions
     * @param endTimeout how long {@code end} waits for a session to end
     */
    public SessionOperations(SessionRegistry streams, Supplier<Duration> endTimeout) {
        this.streams = streams;
        this.endTimeout = endTimeout;
    }

    /**
     * All sessions, including those that are not live yet or are ending.
     *
     * @return a snapshot, the oldest first
     */
    public List<SessionStatus> sessions() {
        return streams.sessions().stream()
                .map(StreamSession::status)
                .sorted(Comparator.comparing(SessionStatus::since).thenComparing(SessionStatus::sessionId))
                .toList();
    }

    /**
     * One session.
     *
     * @param sessionId its id
     * @return its status, or empty if there is no such session
     */
    public Optional<SessionStatus> session(String sessionId) {
        return find(sessionId).map(StreamSession::status).findFirst();
    }

    /**
     * Ends a session gracefully: received media is delivered, FFmpeg writes its trailer, and the client receives
     * {@code ended-by-operator}.
     *
     * @param sessionId its id
     * @param reason sent to the client and logged; may be empty. Control characters and stream keys are removed
     * @return its final status, on any thread; a status that is not final if the end takes too long; empty if there is
     *     no such session
     */
    public Mono<SessionStatus> end(String sessionId, String reason) {
        return Mono.defer(() -> Mono.justOrEmpty(find(sessionId).findFirst()))
                .flatMap(session -> end(session, failure(reason)));
    }

    /**
     * Ends every session under a stream key or another of the same identity, as {@link #end(String, String)} does.
     *
     * @param key the stream key, or only its identity
     * @param reason sent to the client and logged; may be empty
     * @return the final status of each session
     */
    public Flux<SessionStatus> end(StreamKey key, String reason) {
        return Flux.defer(() -> {
            Failure failure = failure(withoutKey(reason, key));
            return Flux.fromIterable(streams.sessions())
                    .filter(session -> isUnder(key, session.status().streamKey()))
                    .flatMap(session -> end(session, failure));
        });
    }

    private static boolean isUnder(StreamKey key, @Nullable StreamKey other) {
        return other != null && other.identity().equals(key.identity());
    }

    private static String withoutKey(String text, StreamKey key) {
        return text.replace(key.value(), "…").replace(key.identity().value(), "…");
    }

    private Stream<StreamSession> find(String sessionId) {
        return streams.sessions().stream().filter(session -> session.id().equals(sessionId));
    }

    private Mono<SessionStatus> end(StreamSession session, Failure failure) {
        session.end(failure);
        return session.done().timeout(endTimeout.get(), Mono.empty()).then(Mono.fromSupplier(session::status));
    }

    private Failure failure(String reason) {
        String redacted = reason;
        for (SessionStatus status : sessions()) {
            StreamKey key = status.streamKey();
            redacted = key == null ? redacted : withoutKey(redacted, key);
        }
        String line = oneLine(redacted);
        return new Failure(
                FailureCode.ENDED_BY_OPERATOR,
                line.isEmpty()
                        ? "The operator ended this stream. Contact them before you go live again."
                        : "The operator ended this stream: " + line);
    }

    /** Replaces characters that control a terminal, break a line or change the text direction. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(MAX_REASON_LENGTH).forEach(c -> {
            boolean printable = switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.PRIVATE_USE,
                        Character.UNASSIGNED -> false;
                default -> true;
            };
            line.appendCodePoint(printable ? c : ' ');
        });
        return line.toString().strip();
    }
}
