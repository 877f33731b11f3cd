package io.sluice.gateway.operations;

import io.sluice.gateway.session.SessionRegistry;
import io.sluice.gateway.session.SessionState;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.session.StreamSession;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Ends the streams of a gateway that shuts down, in three steps. While it drains, live streams continue, and sessions
 * that are not live yet are refused immediately. Then the remaining streams are ended gracefully, and last by force.
 * Each step is bounded in time, and the first two can be cut short.
 *
 * <p>Thread-safe.
 */
public final class GracefulShutdown {

    /**
     * A restarted gateway is back after this time; a client that can reach another instance barely notices the delay.
     */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final SessionRegistry streams;
    private final Supplier<Duration> endTimeout;
    private final Sinks.Empty<Void> drainSkipped = Sinks.empty();
    private final Sinks.Empty<Void> forced = Sinks.empty();

    /**
     * Creates the shutdown for the streams of one gateway.
     *
     * @param streams the sessions
     * @param endTimeout how long the end of all streams can take after the drain time, force included
     */
    public GracefulShutdown(SessionRegistry streams, Supplier<Duration> endTimeout) {
        this.streams = streams;
        this.endTimeout = endTimeout;
    }

    /**
     * The failure that is sent to clients that connect too late, and to those whose stream is ended.
     *
     * @return the failure, with the time after which to retry
     */
    public static Failure refusal() {
        return new Failure(
                FailureCode.SHUTTING_DOWN, "The gateway is shutting down. Go live again in a moment.", RETRY_AFTER);
    }

    /**
     * Starts the shutdown when subscribed to. Subscribe once, after the gateway has stopped accepting sessions.
     *
     * @param drainTime how long live streams can continue
     * @return the report, on any thread, when all streams have ended or the time is up; never an error
     */
    public Mono<DrainReport> start(Duration drainTime) {
        return Mono.defer(() -> {
            Collection<StreamSession> present = streams.sessions();
            if (drainTime.isZero()) {
                return end(present);
            }
            present.forEach(session -> session.drain(drainTime, refusal()));
            return Mono.firstWithSignal(allDone(present), Mono.delay(drainTime).then(), drainSkipped.asMono())
                    .then(Mono.defer(() -> end(present)));
        });
    }

    /** Skips the rest of the drain time: streams are ended gracefully now. */
    public void skipDrain() {
        drainSkipped.tryEmitEmpty();
    }

    /** Ends streams by force, without waiting for trailers. */
    public void force() {
        skipDrain();
        forced.tryEmitEmpty();
    }

    private Mono<DrainReport> end(Collection<StreamSession> present) {
        Collection<StreamSession> remaining = streams.sessions();
        remaining.forEach(session -> session.end(refusal()));
        forced.asMono().subscribe(null, null, () -> remaining.forEach(session -> session.abort(refusal())));
        Set<StreamSession> all = new LinkedHashSet<>(present);
        all.addAll(remaining);
        return allDone(remaining)
                .timeout(endTimeout.get())
                .onErrorComplete(TimeoutException.class)
                .then(Mono.fromSupplier(() -> report(all)));
    }

    private static Mono<Void> allDone(Collection<StreamSession> sessions) {
        return Flux.fromIterable(sessions)
                .flatMap(StreamSession::done, Integer.MAX_VALUE)
                .then();
    }

    private static DrainReport report(Collection<StreamSession> sessions) {
        int onTheirOwn = 0;
        List<SessionStatus> gracefully = new ArrayList<>();
        List<SessionStatus> byForce = new ArrayList<>();
        List<SessionStatus> running = new ArrayList<>();
        for (StreamSession session : sessions) {
            SessionStatus status = session.status();
            if (status.state() != SessionState.CLOSED) {
                running.add(status);
            } else if (status.forced()) {
                byForce.add(status);
            } else if (status.media() != null) {
                boolean endedByShutdown = status.failure()
                        .filter(failure -> failure.code() == FailureCode.SHUTTING_DOWN)
                        .isPresent();
                if (endedByShutdown) {
                    gracefully.add(status);
                } else {
                    onTheirOwn++;
                }
            }
        }
        return new DrainReport(onTheirOwn, gracefully, byForce, running, List.of());
    }
}
