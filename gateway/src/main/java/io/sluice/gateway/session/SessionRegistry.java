package io.sluice.gateway.session;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Which keys are live, and which sessions there are. Thread-safe; shared by all event loops. */
public final class SessionRegistry {

    private final ConcurrentMap<StreamKey, Lease> leases = new ConcurrentHashMap<>();
    private final Set<StreamSession> sessions = ConcurrentHashMap.newKeySet();

    /** A registry without streams. */
    public SessionRegistry() {}

    /**
     * The session that is live under a key.
     *
     * @param key the key
     * @return its session's id, or empty
     */
    public Optional<String> sessionOf(StreamKey key) {
        return Optional.ofNullable(leases.get(key)).map(lease -> lease.sessionId);
    }

    /**
     * All sessions of which something is left, also those that still negotiate.
     *
     * @return a snapshot that may be iterated at leisure
     */
    public Collection<StreamSession> sessions() {
        return Set.copyOf(sessions);
    }

    void add(StreamSession session) {
        sessions.add(session);
    }

    void remove(StreamSession session) {
        sessions.remove(session);
    }

    /**
     * Takes a key for one stream. A key whose stream is just coming to its end is waited for: who reloads a page must not be told that
     * the key is in use by what was the same page a moment ago.
     *
     * @param patience how long to wait for a stream that is ending
     * @return the lease, or the refusal; signalled on any thread
     */
    Mono<Result<Lease>> acquire(StreamKey key, String sessionId, Duration patience) {
        return Mono.defer(() -> {
            Lease lease = new Lease(key, sessionId);
            Lease holder = leases.putIfAbsent(key, lease);
            if (holder == null) {
                return Mono.just(Result.ok(lease));
            }
            if (!holder.ending) {
                return Mono.just(inUse());
            }
            return holder.released
                    .asMono()
                    .then(acquire(key, sessionId, patience))
                    .timeout(patience, Mono.just(inUse()));
        });
    }

    /** The client of a stream that is still starting has gone; who comes for its key waits for it instead of being refused. */
    void ending(String sessionId) {
        leases.values().stream()
                .filter(lease -> lease.sessionId.equals(sessionId))
                .forEach(Lease::ending);
    }

    private static Result<Lease> inUse() {
        return new Result.Refused<>(new Failure(
                FailureCode.STREAM_KEY_IN_USE,
                "Another stream is live under this stream key: end it first, or publish under another key."));
    }

    /** The right to publish under a key. */
    final class Lease {

        private final StreamKey key;
        private final String sessionId;
        private final Sinks.Empty<Void> released = Sinks.empty();
        private volatile boolean ending;

        private Lease(StreamKey key, String sessionId) {
            this.key = key;
            this.sessionId = sessionId;
        }

        StreamKey key() {
            return key;
        }

        String sessionId() {
            return sessionId;
        }

        /** The stream is ending; from now on a newcomer waits for the key instead of being refused. */
        void ending() {
            ending = true;
        }

        void release() {
            leases.remove(key, this);
            released.tryEmitEmpty();
        }
    }
}
