package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.admission.Admission.Ticket;
import io.sluice.gateway.admission.Workload;
import io.sluice.gateway.delivery.StreamDelivery;
import io.sluice.gateway.ffmpeg.plan.StreamPlan;
import io.sluice.gateway.session.SessionRegistry.Lease;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import io.sluice.protocol.TrackHandling;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The way from a stream key to a running FFmpeg: admission, permission, the client's offer, the stream key's lease,
 * outputs, plan, process. Each step may refuse, as a value. What was acquired is released when a later step refuses or
 * fails.
 *
 * <p>Each step ends within a bound of its own, so a sequence is never cancelled: a session that has lost interest
 * releases what it gets.
 */
final class StartSequence {

    private static final Logger LOG = LoggerFactory.getLogger(StartSequence.class);

    private final SessionContext context;
    private final StreamSession session;
    private final PublishRequest request;
    private final EventLoop eventLoop;
    private final Consumer<StreamKey> onPermitted;
    private final Scheduler onLoop;

    /**
     * A sequence for one session.
     *
     * @param context what all sessions share
     * @param session who will hold the stream key
     * @param request what the client asks for
     * @param eventLoop where the result is signalled
     * @param onPermitted receives the stream key under which the stream is allowed, on any thread
     */
    StartSequence(
            SessionContext context,
            StreamSession session,
            PublishRequest request,
            EventLoop eventLoop,
            Consumer<StreamKey> onPermitted) {
        this.context = context;
        this.session = session;
        this.request = request;
        this.eventLoop = eventLoop;
        this.onPermitted = onPermitted;
        this.onLoop = Schedulers.fromExecutor(eventLoop);
    }

    /**
     * Runs the sequence when subscribed to. A client that connects too often is refused before the authorizer is asked.
     * Permission comes before the stream key: a stranger must neither learn whether a key is live, nor use up what is
     * left of the gateway. The offer, which for a plain client is its first media, comes before it too: who sends
     * nothing holds neither a place nor a key.
     *
     * @param offer what the client sends, as soon as that is known
     * @return the stream or the refusal, on the event loop; an error only if the gateway itself is at fault
     */
    Mono<Result<RunningStream>> start(Mono<Result<Offer>> offer) {
        return then(
                        Mono.fromSupplier(() ->
                                context.admission().requestTicket(request.peer().internetAddress())),
                        ticket -> orRelease(ticket::release, then(authorize(), permit -> start(ticket, permit, offer))))
                .publishOn(onLoop);
    }

    /** Releases what a stream held, once its runs have ended. Its preview stays available for a while. */
    static void release(SessionContext context, Reservation reservation) {
        // The place first: whoever waits for the key needs it.
        reservation.ticket().release();
        release(context, reservation.lease());
    }

    private static void release(SessionContext context, Lease lease) {
        context.outputs().retire(lease.key(), lease.session().id());
        lease.release();
    }

    /** A client that could not start now is not asked to send media first. */
    private Mono<Result<RunningStream>> start(Ticket ticket, Permit permit, Mono<Result<Offer>> offer) {
        StreamKey key = permit.request().streamKey();
        return context.streams()
                .awaitPlace(key, context.limits().keyReleaseTimeout())
                .then(Mono.defer(() -> {
                    Optional<Failure> refusal =
                            ticket.countStart(key).or(() -> context.streams().refusal(key));
                    return refusal.isPresent()
                            ? Mono.just(new Result.Refused<>(refusal.get()))
                            : then(offer, known -> admit(ticket, permit, known));
                }));
    }

    private Mono<Result<RunningStream>> admit(Ticket ticket, Permit permit, Offer offer) {
        StreamKey key = permit.request().streamKey();
        Optional<Failure> full = ticket.acquireSlot();
        return full.isPresent()
                ? Mono.just(new Result.Refused<>(full.get()))
                : then(
                        context.streams().acquire(key, session, context.limits().keyReleaseTimeout()),
                        lease -> orRelease(
                                () -> release(context, lease), run(new Reservation(ticket, permit, lease), offer)));
    }

    private static Mono<Result<RunningStream>> orRelease(Runnable release, Mono<Result<RunningStream>> steps) {
        return steps.doOnNext(result -> {
                    if (result instanceof Result.Refused) {
                        release.run();
                    }
                })
                .doOnError(error -> release.run());
    }

    private Mono<Result<Permit>> authorize() {
        return Mono.defer(() -> context.authorizer().authorize(request))
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("the authorizer gave no answer")))
                .timeout(context.limits().timeouts().authorize(), onLoop)
                .map(this::permit)
                .onErrorResume(error -> {
                    LOG.warn("[{}] The authorizer failed; the client is refused", request.sessionId(), error);
                    return Mono.just(Result.refused(
                            FailureCode.AUTHORIZER_FAILED,
                            "The gateway could not check your permission to publish: try again in a moment."));
                });
    }

    private Result<Permit> permit(Authorization answer) {
        if (answer instanceof Authorization.Denied denied) {
            return Result.refused(FailureCode.NOT_AUTHORIZED, denied.reason());
        }
        Authorization.Allowed terms = (Authorization.Allowed) answer;
        if (terms.expiresAt() != null && !terms.expiresAt().isAfter(Instant.now())) {
            return new Result.Refused<>(StreamQuota.expired());
        }
        StreamKey key = terms.streamKey() == null ? request.streamKey() : terms.streamKey();
        onPermitted.accept(key);
        return Result.ok(new Permit(new PublishRequest(request.sessionId(), key, request.peer()), terms));
    }

    private Mono<Result<RunningStream>> run(Reservation reservation, Offer offer) {
        Permit permit = reservation.permit();
        return then(
                context.outputs().of(permit.request(), permit.terms()).publishOn(onLoop),
                outputs -> then(
                        Mono.just(context.planner()
                                .plan(offer.formats(), outputs, offer.video(), offer.audio(), offer.source())),
                        plan -> launch(reservation, plan)));
    }

    private Mono<Result<RunningStream>> launch(Reservation reservation, StreamPlan plan) {
        StreamDelivery.Stream delivery = new StreamDelivery.Stream(
                request.sessionId(),
                reservation.lease().key(),
                plan.runs(),
                reservation.permit().outputRules(context.limits()));
        Optional<Failure> full = reservation
                .ticket()
                .reserveCapacity(
                        delivery.plans().stream().map(StartSequence::workload).toList());
        if (full.isPresent()) {
            return Mono.just(new Result.Refused<>(full.get()));
        }
        return StreamDelivery.launch(context.delivery(), delivery, eventLoop)
                .elapsed()
                .map(timed -> Result.ok(new RunningStream(
                        reservation, plan, delivery, timed.getT2(), Duration.ofMillis(timed.getT1()))))
                .onErrorResume(error -> {
                    LOG.error("[{}] FFmpeg could not be started", request.sessionId(), error);
                    return Mono.just(Result.refused(
                            FailureCode.FFMPEG_UNAVAILABLE,
                            "The gateway could not start FFmpeg: try again,"
                                    + " and tell its operator if that does not help."));
                });
    }

    private static Workload workload(StreamPlan plan) {
        if (plan.video() == TrackHandling.TRANSCODE) {
            return Workload.VIDEO;
        }
        return plan.audio() == TrackHandling.TRANSCODE ? Workload.AUDIO : Workload.COPY;
    }

    private static <T, R> Mono<Result<R>> then(Mono<Result<T>> step, Function<T, Mono<Result<R>>> next) {
        return step.flatMap(result -> result.fold(next, failure -> Mono.just(new Result.Refused<>(failure))));
    }
}
