package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import io.sluice.gateway.ffmpeg.FfmpegStream;
import io.sluice.gateway.ffmpeg.StreamPlan;
import io.sluice.gateway.session.LiveStreams.Lease;
import io.sluice.protocol.AudioSettings;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.MediaFormat;
import io.sluice.protocol.Parsed;
import io.sluice.protocol.VideoSettings;
import java.util.List;
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
    record Running(PublishRequest request, Lease lease, StreamPlan plan, FfmpegStream ffmpeg) {}

    private final SessionContext context;
    private final PublishRequest request;
    private final EventLoop eventLoop;
    private final Scheduler onLoop;

    StreamStart(SessionContext context, PublishRequest request, EventLoop eventLoop) {
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
                        allowed -> then(
                                acquireKey(),
                                lease -> then(offer, known -> run(lease, allowed, known))
                                        .doOnNext(result -> releaseIfRefused(lease, result))
                                        .doOnError(error -> release(lease))))
                .publishOn(onLoop);
    }

    /** Gives the key back, and leaves the preview to its viewers for a while. */
    void release(Lease lease) {
        context.outputs().retire(request);
        lease.release();
    }

    private void releaseIfRefused(Lease lease, Parsed<Running> result) {
        if (result instanceof Parsed.Refused) {
            release(lease);
        }
    }

    private Mono<Parsed<Authorization.Allowed>> authorize() {
        return Mono.defer(() -> context.authorizer().authorize(request))
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("the authorizer gave no answer")))
                .timeout(context.limits().authorizeTimeout())
                .map(StreamStart::allowed)
                .onErrorResume(error -> {
                    LOG.warn("[{}] The authorizer failed, so the client is refused", request.sessionId(), error);
                    return Mono.just(Parsed.refused(
                            FailureCode.AUTHORIZER_FAILED,
                            "Whether you may publish could not be found out just now: try again in a moment."));
                });
    }

    private static Parsed<Authorization.Allowed> allowed(Authorization answer) {
        return answer instanceof Authorization.Denied denied
                ? Parsed.refused(FailureCode.NOT_AUTHORIZED, denied.reason())
                : Parsed.ok((Authorization.Allowed) answer);
    }

    private Mono<Parsed<Lease>> acquireKey() {
        return context.streams()
                .acquire(
                        request.streamKey(),
                        request.sessionId(),
                        context.limits().keyHandBackTimeout());
    }

    private Mono<Parsed<Running>> run(Lease lease, Authorization.Allowed allowed, Offer offer) {
        return context.outputs()
                .of(request, allowed)
                .publishOn(onLoop)
                .flatMap(outputs -> then(
                        Mono.just(context.planner().plan(offer.formats(), outputs, offer.video(), offer.audio())),
                        plan -> launch(lease, plan)));
    }

    private Mono<Parsed<Running>> launch(Lease lease, StreamPlan plan) {
        return context.ffmpeg()
                .launch(request.streamKey(), plan, eventLoop)
                .map(ffmpeg -> Parsed.ok(new Running(request, lease, plan, ffmpeg)))
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
