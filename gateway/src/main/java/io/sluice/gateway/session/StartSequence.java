package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.admission.Admission.Ticket;
import io.sluice.gateway.admission.Workload;
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
 * The way from a key to an FFmpeg that runs: a place, permission, then the key, then what the client sends, outputs, plan and process. Each step
 * may refuse, as a value. What was taken is given back when a later step refuses or fails.
 *
 * <p>Each step ends by itself within a bound, so a start is never cancelled: who lost interest gives back what it brings.
 */
final class StartSequence {

    private static final Logger LOG = LoggerFactory.getLogger(StartSequence.class);

    private final SessionContext context;
    private final PublishRequest request;
    private final EventLoop eventLoop;
    private final Consumer<StreamKey> onPermitted;
    private final Scheduler onLoop;

    StartSequence(
            SessionContext context, PublishRequest request, EventLoop eventLoop, Consumer<StreamKey> onPermitted) {
        this.onPermitted = onPermitted;
        this.context = context;
        this.request = request;
        this.eventLoop = eventLoop;
        this.onLoop = Schedulers.fromExecutor(eventLoop);
    }

    /**
     * Goes the way. Who comes too often is not even asked who it is. Permission comes before the key: a stranger must not even learn whether
     * a key is live, nor use up what is left of the gateway.
     *
     * @param offer what the client sends, as soon as that is known
     * @return the stream or the refusal, on the event loop; an error only if the gateway itself is at fault
     */
    Mono<Result<RunningStream>> start(Mono<Result<Offer>> offer) {
        return then(
                        Mono.fromSupplier(() ->
                                context.admission().requestTicket(request.peer().internetAddress())),
                        ticket ->
                                orGiveBack(ticket::release, then(authorize(), permit -> enter(ticket, permit, offer))))
                .publishOn(onLoop);
    }

    /** Gives the key and the place back, and leaves the preview to its viewers for a while. */
    void release(RunningStream running) {
        release(running.lease());
        running.ticket().release();
    }

    private void release(Lease lease) {
        context.outputs().retire(lease.key(), lease.sessionId());
        lease.release();
    }

    private Mono<Result<RunningStream>> enter(Ticket ticket, Permit permit, Mono<Result<Offer>> offer) {
        Optional<Failure> full = ticket.acquireSlot(permit.request().streamKey());
        return full.isPresent()
                ? Mono.just(new Result.Refused<>(full.get()))
                : then(
                        acquireKey(permit),
                        lease -> orGiveBack(
                                () -> release(lease), then(offer, known -> run(ticket, lease, permit, known))));
    }

    private static Mono<Result<RunningStream>> orGiveBack(Runnable giveBack, Mono<Result<RunningStream>> way) {
        return way.doOnNext(result -> {
                    if (result instanceof Result.Refused) {
                        giveBack.run();
                    }
                })
                .doOnError(error -> giveBack.run());
    }

    private Mono<Result<Permit>> authorize() {
        return Mono.defer(() -> context.authorizer().authorize(request))
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("the authorizer gave no answer")))
                .timeout(context.limits().authorizeTimeout(), onLoop)
                .map(this::permit)
                .onErrorResume(error -> {
                    LOG.warn("[{}] The authorizer failed, so the client is refused", request.sessionId(), error);
                    return Mono.just(Result.refused(
                            FailureCode.AUTHORIZER_FAILED,
                            "Whether you may publish could not be found out just now: try again in a moment."));
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

    private Mono<Result<Lease>> acquireKey(Permit permit) {
        return context.streams()
                .acquire(
                        permit.request().streamKey(),
                        permit.request().sessionId(),
                        context.limits().keyHandBackTimeout());
    }

    private Mono<Result<RunningStream>> run(Ticket ticket, Lease lease, Permit permit, Offer offer) {
        return then(
                context.outputs().of(permit.request(), permit.terms()).publishOn(onLoop),
                outputs -> then(
                        Mono.just(context.planner().plan(offer.formats(), outputs, offer.video(), offer.audio())),
                        plan -> launch(ticket, lease, permit, plan)));
    }

    private Mono<Result<RunningStream>> launch(Ticket ticket, Lease lease, Permit permit, StreamPlan plan) {
        Optional<Failure> full = ticket.reserveCapacity(work(plan));
        if (full.isPresent()) {
            return Mono.just(new Result.Refused<>(full.get()));
        }
        return context.ffmpeg()
                .launch(permit.request().streamKey(), plan, eventLoop)
                .elapsed()
                .map(ffmpeg -> Result.ok(new RunningStream(
                        ticket, permit, lease, plan, ffmpeg.getT2(), Duration.ofMillis(ffmpeg.getT1()))))
                .onErrorResume(error -> {
                    LOG.error("[{}] FFmpeg could not be started", request.sessionId(), error);
                    return Mono.just(
                            Result.refused(
                                    FailureCode.FFMPEG_UNAVAILABLE,
                                    "The gateway could not start FFmpeg: try again, and tell its operator if that does not help."));
                });
    }

    private static Workload work(StreamPlan plan) {
        if (plan.video() == TrackHandling.TRANSCODE) {
            return Workload.VIDEO;
        }
        return plan.audio() == TrackHandling.TRANSCODE ? Workload.AUDIO : Workload.COPY;
    }

    private static <T, R> Mono<Result<R>> then(Mono<Result<T>> step, Function<T, Mono<Result<R>>> next) {
        return step.flatMap(parsed -> parsed.fold(next, failure -> Mono.just(new Result.Refused<>(failure))));
    }
}
