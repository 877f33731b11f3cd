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
 * The end of a gateway's streams because it leaves. Who is live may go on for a while, who is not is refused at once; then everybody is ended in
 * order, and in the end by force. Thread-safe; each of its steps may be cut short from outside, and none lasts longer than it says.
 */
public final class GracefulShutdown {

    /** A gateway that is started again takes this long to be back; whoever can reach another one loses nothing that it would notice. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

    private final SessionRegistry streams;
    private final Supplier<Duration> patience;
    private final Sinks.Empty<Void> hastened = Sinks.empty();
    private final Sinks.Empty<Void> forced = Sinks.empty();

    /**
     * For the streams of one gateway.
     *
     * @param streams the registry
     * @param patience how long the end of all streams may take once they are to end, force included
     */
    public GracefulShutdown(SessionRegistry streams, Supplier<Duration> patience) {
        this.streams = streams;
        this.patience = patience;
    }

    /**
     * What a client is told that comes too late, or that is cut.
     *
     * @return the failure, with the time after which to try again
     */
    public static Failure refusal() {
        return new Failure(
                FailureCode.SHUTTING_DOWN, "The gateway is being shut down: go live again in a moment.", RETRY_AFTER);
    }

    /**
     * Goes. To be subscribed to once, when no new sessions come any more.
     *
     * @param drainTime how long live streams may go on
     * @return how they fared, on any thread; never an error
     */
    public Mono<DrainReport> begin(Duration drainTime) {
        return Mono.defer(() -> {
            Collection<StreamSession> present = streams.sessions();
            if (drainTime.isZero()) {
                return end(present);
            }
            present.forEach(session -> session.drain(drainTime, refusal()));
            return Mono.firstWithSignal(allDone(present), Mono.delay(drainTime).then(), hastened.asMono())
                    .then(Mono.defer(() -> end(present)));
        });
    }

    /** Does not wait for the rest of the drain time. */
    public void hasten() {
        hastened.tryEmitEmpty();
    }

    /** Does not wait for trailers either. */
    public void force() {
        hasten();
        forced.tryEmitEmpty();
    }

    private Mono<DrainReport> end(Collection<StreamSession> present) {
        Collection<StreamSession> remaining = streams.sessions();
        remaining.forEach(session -> session.end(refusal()));
        forced.asMono().subscribe(null, null, () -> remaining.forEach(session -> session.abort(refusal())));
        Set<StreamSession> all = new LinkedHashSet<>(present);
        all.addAll(remaining);
        return allDone(remaining)
                .timeout(patience.get())
                .onErrorComplete(TimeoutException.class)
                .then(Mono.fromSupplier(() -> report(all)));
    }

    private static Mono<Void> allDone(Collection<StreamSession> sessions) {
        return Flux.fromIterable(sessions)
                .flatMap(StreamSession::done, Integer.MAX_VALUE)
                .then();
    }

    private static DrainReport report(Collection<StreamSession> sessions) {
        int byThemselves = 0;
        List<SessionStatus> cut = new ArrayList<>();
        List<SessionStatus> forced = new ArrayList<>();
        List<SessionStatus> left = new ArrayList<>();
        for (StreamSession session : sessions) {
            SessionStatus status = session.status();
            if (status.state() != SessionState.CLOSED) {
                left.add(status);
            } else if (status.forced()) {
                forced.add(status);
            } else if (status.media() != null) {
                boolean wasCut = status.failure()
                        .filter(failure -> failure.code() == FailureCode.SHUTTING_DOWN)
                        .isPresent();
                if (wasCut) {
                    cut.add(status);
                } else {
                    byThemselves++;
                }
            }
        }
        return new DrainReport(byThemselves, cut, forced, left);
    }
}
