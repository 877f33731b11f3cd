package io.sluice.gateway.session;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.ServerMessage;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** All sessions of a gateway, and which of them holds which stream key. Thread-safe; shared by all event loops. */
public final class SessionRegistry {

    /** By the key's identity. */
    private final ConcurrentMap<StreamKey, Lease> leases = new ConcurrentHashMap<>();

    /** By its id. */
    private final ConcurrentMap<String, StreamSession> sessions = new ConcurrentHashMap<>();

    private final ResumeToken.Source tokens = new ResumeToken.Source();
    private final Tombstones tombstones = new Tombstones(System::nanoTime);

    /** A registry without sessions. Reads the system's randomness. */
    public SessionRegistry() {}

    /**
     * The session that holds a stream key.
     *
     * @param key the stream key
     * @return the session, or empty
     */
    public Optional<StreamSession> sessionOf(StreamKey key) {
        return Optional.ofNullable(leases.get(key.identity())).map(Lease::session);
    }

    /**
     * All sessions that are not closed, including those that still negotiate.
     *
     * @return a snapshot
     */
    public Collection<StreamSession> sessions() {
        return Set.copyOf(sessions.values());
    }

    void add(StreamSession session) {
        sessions.put(session.id(), session);
    }

    void remove(StreamSession session) {
        sessions.remove(session.id(), session);
    }

    /** The session that a token continues, if it is the session's. */
    Optional<StreamSession> resumable(String sessionId, ResumeToken token) {
        return Optional.ofNullable(sessions.get(sessionId)).filter(session -> session.isContinuedBy(token));
    }

    /** A secret for a session that can be continued. */
    String newSecret() {
        return tokens.next();
    }

    /** Keeps the last word of a session for a client that comes back within the time. */
    void remember(ResumeToken token, ServerMessage lastWord, Duration window) {
        tombstones.add(token, lastWord, window);
    }

    /** The last word of the session that a token continued. */
    Optional<ServerMessage> lastWord(ResumeToken token) {
        return tombstones.lastWord(token);
    }

    /**
     * Acquires a stream key for one session, and with it every key of the same identity. If the session that holds it
     * is ending, this waits for the release: someone who reloads a page must not be told that the key is in use by what
     * was the same page a moment ago. For the same reason a session whose client is absent is ended, and waited for.
     *
     * @param key the stream key
     * @param session the session that wants it
     * @param patience how long to wait for a session that is ending
     * @return the lease, or the refusal; signalled on any thread
     */
    Mono<Result<Lease>> acquire(StreamKey key, StreamSession session, Duration patience) {
        return Mono.defer(() -> {
            Lease lease = new Lease(key, session);
            Lease holder = leases.putIfAbsent(key.identity(), lease);
            if (holder == null) {
                return Mono.just(Result.ok(lease));
            }
            return decided(holder)
                    .map(leaving ->
                            leaving.then(acquire(key, session, patience)).timeout(patience, Mono.just(inUse())))
                    .orElseGet(() -> Mono.just(inUse()));
        });
    }

    /**
     * Waits for the place of a session that leaves the key to somebody else. To whoever opens it again, that place is
     * as good as free.
     *
     * @param key the stream key
     * @param patience how long to wait
     * @return completes when nobody holds the key, or somebody who stays, or when the time is up
     */
    Mono<Void> awaitPlace(StreamKey key, Duration patience) {
        return Mono.defer(() -> Optional.ofNullable(leases.get(key.identity()))
                        .flatMap(SessionRegistry::decided)
                        .map(leaving -> leaving.then(awaitPlace(key, patience)))
                        .orElseGet(Mono::empty))
                .timeout(patience, Mono.empty());
    }

    /**
     * The moment at which it is decided whether an ending or absent session leaves the key; empty if it stays. An
     * absent client may come back first.
     */
    private static Optional<Mono<Void>> decided(Lease holder) {
        SessionState state = holder.session.status().state();
        if (state.isEnding()) {
            return Optional.of(holder.released.asMono());
        }
        return state == SessionState.AWAITING ? Optional.of(holder.session.giveWay()) : Optional.empty();
    }

    /** The refusal that {@link #acquire} would answer with now; empty if it would give the key, or wait for it. */
    Optional<Failure> refusal(StreamKey key) {
        return sessionOf(key)
                .filter(holder ->
                        !holder.status().state().isEnding() && holder.status().state() != SessionState.AWAITING)
                .map(holder -> failure());
    }

    private static Result<Lease> inUse() {
        return new Result.Refused<>(failure());
    }

    private static Failure failure() {
        return new Failure(
                FailureCode.STREAM_KEY_IN_USE,
                "Another stream is live under this stream key. End it first, or use another key.");
    }

    /** The exclusive right of a session to publish under a stream key. */
    final class Lease {

        private final StreamKey key;
        private final StreamSession session;
        private final Sinks.Empty<Void> released = Sinks.empty();

        private Lease(StreamKey key, StreamSession session) {
            this.key = key;
            this.session = session;
        }

        StreamKey key() {
            return key;
        }

        StreamSession session() {
            return session;
        }

        void release() {
            leases.remove(key.identity(), this);
            released.tryEmitEmpty();
        }
    }
}
