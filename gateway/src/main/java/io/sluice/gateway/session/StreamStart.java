package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.gateway.ffmpeg.FfmpegStream;
import io.sluice.gateway.ffmpeg.StreamPlan;
import io.sluice.gateway.session.LiveStreams.Lease;
import io.sluice.protocol.AudioSettings;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Parsed;
import io.sluice.protocol.StreamKey;
import io.sluice.protocol.VideoSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The way from a key to an FFmpeg that runs: permission, then the key, then what the client sends, outputs, plan and process. Each step
 * may refuse, as a value. What was taken is given back when a later step refuses or fails.
 *
 * <p>Each step ends by itself within a bound, so a start is never cancelled: who lost interest gives back what it brings.
 */
final class StreamStart {

    private static final Logger LOG = LoggerFactory.getLogger(StreamStart.class);

    /** What the client says of its stream. */
    record Offer(
            List<MediaFormat> formats,
            @Nullable VideoSettings video,
            @Nullable AudioSettings audio) {}

    /** A stream that runs. Whoever has it shuts FFmpeg down in the end, and then gives the key back. */
    record Running(Permit permit, Lease lease, StreamPlan plan, FfmpegStream ffmpeg, Duration startup) {

        PublishRequest request() {
            return permit.request();
        }
    }

    /** What was asked for, with the key under which it was allowed, and on which terms. */
    record Permit(PublishRequest request, Authorization.Allowed terms) {}

    private final SessionContext context;
    private final PublishRequest request;
    private final EventLoop eventLoop;
    private final Consumer<StreamKey> onPermitted;
    private final Scheduler onLoop;

    StreamStart(SessionContext context, PublishRequest request, EventLoop eventLoop, Consumer<StreamKey> onPermitted) {
        this.onPermitted = onPermitted;
        this.context = context;
        this.request = request;
        this.eventLoop = eventLoop;
        this.onLoop = Schedulers.fromExecutor(eventLoop);
    }

    /**
     * Goes the way. Permission comes before the key: a stranger must not even learn whether a key is live.
     *
     * @param offer what the client sends, as soon as that is known
     * @return the stream or the refusal, on the event loop; an error only if the gateway itself is at fault
     */
    Mono<Parsed<Running>> start(Mono<Parsed<Offer>> offer) {
        return then(
                        authorize(),
                        permit -> then(
                                acquireKey(permit),
                                lease -> then(offer, known -> run(lease, permit, known))
                                        .doOnNext(result -> releaseIfRefused(lease, result))
                                        .doOnError(error -> release(lease))))
                .publishOn(onLoop);
    }

    /** Gives the key back, and leaves the preview to its viewers for a while. */
    void release(Lease lease) {
        context.outputs().retire(lease.key(), lease.sessionId());
        lease.release();
    }

    private void releaseIfRefused(Lease lease, Parsed<Running> result) {
        if (result instanceof Parsed.Refused) {
            release(lease);
        }
    }

    private Mono<Parsed<Permit>> authorize() {
        return Mono.defer(() -> context.authorizer().authorize(request))
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("the authorizer gave no answer")))
                .timeout(context.limits().authorizeTimeout())
                .map(this::permit)
                .onErrorResume(error -> {
                    LOG.warn("[{}] The authorizer failed, so the client is refused", request.sessionId(), error);
                    return Mono.just(Parsed.refused(
                            FailureCode.AUTHORIZER_FAILED,
                            "Whether you may publish could not be found out just now: try again in a moment."));
                });
    }

    private Parsed<Permit> permit(Authorization answer) {
        if (answer instanceof Authorization.Denied denied) {
            return Parsed.refused(FailureCode.NOT_AUTHORIZED, denied.reason());
        }
        Authorization.Allowed terms = (Authorization.Allowed) answer;
        if (terms.expiresAt() != null && !terms.expiresAt().isAfter(Instant.now())) {
            return new Parsed.Refused<>(Vitals.expired());
        }
        StreamKey key = terms.streamKey() == null ? request.streamKey() : terms.streamKey();
        onPermitted.accept(key);
        return Parsed.ok(new Permit(new PublishRequest(request.sessionId(), key, request.peer()), terms));
    }

    private Mono<Parsed<Lease>> acquireKey(Permit permit) {
        return context.streams()
                .acquire(
                        permit.request().streamKey(),
                        permit.request().sessionId(),
                        context.limits().keyHandBackTimeout());
    }

    private Mono<Parsed<Running>> run(Lease lease, Permit permit, Offer offer) {
        return then(
                context.outputs().of(permit.request(), permit.terms()).publishOn(onLoop),
                outputs -> then(
                        Mono.just(context.planner().plan(offer.formats(), outputs, offer.video(), offer.audio())),
                        plan -> launch(lease, permit, plan)));
    }

    private Mono<Parsed<Running>> launch(Lease lease, Permit permit, StreamPlan plan) {
        return context.ffmpeg()
                .launch(permit.request().streamKey(), plan, eventLoop)
                .elapsed()
                .map(ffmpeg ->
                        Parsed.ok(new Running(permit, lease, plan, ffmpeg.getT2(), Duration.ofMillis(ffmpeg.getT1()))))
                .onErrorResume(error -> {
                    LOG.error("[{}] FFmpeg could not be started", request.sessionId(), error);
                    return Mono.just(
                            Parsed.refused(
                                    FailureCode.FFMPEG_UNAVAILABLE,
                                    "The gateway could not start FFmpeg: try again, and tell its operator if that does not help."));
                });
    }

    private static <T, R> Mono<Parsed<R>> then(Mono<Parsed<T>> step, Function<T, Mono<Parsed<R>>> next) {
        return step.flatMap(parsed -> parsed.fold(next, failure -> Mono.just(new Parsed.Refused<>(failure))));
    }
}
