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
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What whoever runs the gateway can see of its streams, and do to them. Thread-safe; what it does happens on the streams' event loops. */
public final class SessionOperations {

    /** The longest reason that a client is told, in characters. */
    public static final int MAX_REASON_LENGTH = 200;

    private final SessionRegistry streams;
    private final Supplier<Duration> patience;

    /**
     * For the streams of one gateway.
     *
     * @param streams the registry
     * @param patience how long whoever ends a stream waits for its end
     */
    public SessionOperations(SessionRegistry streams, Supplier<Duration> patience) {
        this.streams = streams;
        this.patience = patience;
    }

    /**
     * All sessions, those that still negotiate included.
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
     * @return how it stands, or empty if there is none
     */
    public Optional<SessionStatus> session(String sessionId) {
        return find(sessionId).map(StreamSession::status).findFirst();
    }

    /**
     * Ends a session in order: what came is delivered, FFmpeg writes its trailer, the client is told {@code ended-by-operator}.
     *
     * @param sessionId its id
     * @param reason words for the client and the log; may be empty. What could not stand in one line is left out, as are stream keys
     * @return how it stood in the end; still in another phase than ended if that takes too long; empty if there is no such session
     */
    public Mono<SessionStatus> end(String sessionId, String reason) {
        return Mono.defer(() -> Mono.justOrEmpty(find(sessionId).findFirst()))
                .flatMap(session -> end(session, failure(reason)));
    }

    /**
     * Ends whatever is live, or is about to be, under a key; as the other does.
     *
     * @param key the key, which prints redacted
     * @param reason words for the client and the log
     * @return how each of them stood in the end
     */
    public Flux<SessionStatus> end(StreamKey key, String reason) {
        return Flux.defer(() -> {
            Failure failure = failure(reason.replace(key.value(), "…"));
            return Flux.fromIterable(streams.sessions())
                    .filter(session -> Objects.equals(session.status().streamKey(), key))
                    .flatMap(session -> end(session, failure));
        });
    }

    private Stream<StreamSession> find(String sessionId) {
        return streams.sessions().stream().filter(session -> session.id().equals(sessionId));
    }

    private Mono<SessionStatus> end(StreamSession session, Failure failure) {
        session.end(failure);
        return session.done().timeout(patience.get(), Mono.empty()).then(Mono.fromSupplier(session::status));
    }

    private Failure failure(String reason) {
        String words = reason;
        for (SessionStatus status : sessions()) {
            StreamKey key = status.streamKey();
            words = key == null ? words : words.replace(key.value(), "…");
        }
        String line = oneLine(words);
        return new Failure(
                FailureCode.ENDED_BY_OPERATOR,
                line.isEmpty()
                        ? "The operator has ended this stream: ask them before you go live again."
                        : "The operator has ended this stream: " + line);
    }

    /** Without what moves a terminal's cursor, breaks a line or turns its direction. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder();
        text.codePoints().limit(MAX_REASON_LENGTH).forEach(c -> {
            boolean shown = switch (Character.getType(c)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.SURROGATE,
                        Character.PRIVATE_USE,
                        Character.UNASSIGNED -> false;
                default -> true;
            };
            line.appendCodePoint(shown ? c : ' ');
        });
        return line.toString().strip();
    }
}
