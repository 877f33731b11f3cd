package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.sluice.gateway.access.Peer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.media.MediaQueue;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.Draining;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * One stream, from the upgrade to the end of its FFmpeg. It outlives its connection: what was sent before the
 * connection closed is delivered.
 *
 * <p>Confined to the event loop of its connection, but for {@link #end}, {@link #drain}, {@link #abort}, {@link
 * #end(Failure)}, {@link #status()}, {@link #done()} and {@link #id()}.
 */
public final class StreamSession {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSession.class);

    private final SessionContext context;
    private final EventLoop eventLoop;
    private final Client client;
    private final String id;
    private final Peer peer;
    private final @Nullable String offeredKey;
    private final boolean plain;
    private final MediaQueue handOff;
    private final FormatVerifier identification;
    private final SessionStatusPublisher standing;
    private final Sinks.Empty<Void> done = Sinks.empty();

    private SessionState state = SessionState.NEGOTIATING;
    private Duration reportInterval = Open.DEFAULT_PROGRESS_INTERVAL;
    private @Nullable Future<?> openDeadline;
    private @Nullable LiveStream live;
    private boolean mediaEnded;
    private boolean understandsDraining;

    private StreamSession(
            SessionContext context,
            EventLoop eventLoop,
            Client client,
            Peer peer,
            @Nullable String offeredKey,
            boolean plain) {
        this.context = context;
        this.eventLoop = eventLoop;
        this.client = client;
        this.id = SessionIds.next();
        this.peer = peer;
        this.offeredKey = offeredKey;
        this.plain = plain;
        this.standing = new SessionStatusPublisher(id, peer, !plain);
        this.identification = new FormatVerifier(context.ffmpeg().maxPixels());
        this.handOff = new MediaQueue(
                eventLoop, context.limits().lowWaterBytes(), context.limits().highWaterBytes(), client::pauseMedia);
        context.streams().add(this);
    }

    /**
     * A session that waits for {@code open}.
     *
     * @param context what all sessions share
     * @param eventLoop the connection's
     * @param client the client
     * @param peer who is at the other end, for the authorizer and the log
     * @param streamKey the key as the request's query had it, or null
     * @return a session that must be told when the connection closes
     */
    public static StreamSession negotiated(
            SessionContext context, EventLoop eventLoop, Client client, Peer peer, @Nullable String streamKey) {
        StreamSession session = new StreamSession(context, eventLoop, client, peer, streamKey, false);
        session.openDeadline = eventLoop.schedule(
                session::openTimedOut, context.limits().openTimeout().toMillis(), TimeUnit.MILLISECONDS);
        return session;
    }

    /**
     * A session whose media comes from the first byte on.
     *
     * @param context what all sessions share
     * @param eventLoop the connection's
     * @param client the client
     * @param peer who is at the other end, for the authorizer and the log
     * @param streamKey the key, or null if there was none
     * @param mimeType what the client says it sends, or null to find out
     * @return a session that must be told when the connection closes
     */
    public static StreamSession plain(
            SessionContext context,
            EventLoop eventLoop,
            Client client,
            Peer peer,
            @Nullable String streamKey,
            @Nullable String mimeType) {
        StreamSession session = new StreamSession(context, eventLoop, client, peer, streamKey, true);
        Mono<Result<Offer>> offer = Mono.justOrEmpty(mimeType)
                .map(OfferNegotiation::ofMimeType)
                .filter(parsed -> !OfferNegotiation.leavesCodecsOpen(parsed))
                .switchIfEmpty(session.identification
                        .offer()
                        .timeout(
                                context.limits().mediaTimeout(),
                                Mono.just(StallDetector.noMedia(context.limits())),
                                Schedulers.fromExecutor(eventLoop)));
        session.start(session.key(null), offer, peer);
        return session;
    }

    /**
     * A session for a client with whom there is nothing to negotiate.
     *
     * @param context what all sessions share
     * @param eventLoop the connection's
     * @param client the client
     * @param peer who is at the other end, for the log
     * @param failure what the client is told
     * @return a session that has ended
     */
    public static StreamSession refused(
            SessionContext context, EventLoop eventLoop, Client client, Peer peer, Failure failure) {
        StreamSession session = new StreamSession(context, eventLoop, client, peer, null, false);
        session.fail(failure);
        return session;
    }

    /**
     * Names the session.
     *
     * @return the id that the client is told and that the log shows
     */
    public String id() {
        return id;
    }

    /**
     * How the session stands. Callable from any thread.
     *
     * @return the latest that its event loop has made known
     */
    public SessionStatus status() {
        return standing.latest();
    }

    /**
     * The session's end: nothing of it is left.
     *
     * @return completes for every subscriber, early or late
     */
    public Mono<Void> done() {
        return done.asMono();
    }

    /**
     * Takes a control message.
     *
     * @param message the message, or what is wrong with it
     */
    public void receive(Result<ClientMessage> message) {
        message.fold(
                sound -> {
                    if (sound instanceof Open open) {
                        open(open);
                    } else {
                        stop();
                    }
                    return sound;
                },
                wrong -> {
                    fail(wrong);
                    return wrong;
                });
    }

    /**
     * Takes media.
     *
     * @param media the next bytes of the stream; their reference passes to the session
     */
    public void receive(ByteBuf media) {
        if (state == SessionState.ENDED || (!plain && live == null)) {
            media.release();
            fail(new Failure(
                    FailureCode.MEDIA_BEFORE_OPENED,
                    "Media came before the gateway had answered open: send open first, and wait for opened."));
            return;
        }
        int mediaBytes = media.readableBytes();
        identification.look(media);
        handOff.offer(media);
        if (live != null) {
            live.mediaCame(mediaBytes);
        }
    }

    /** The connection has closed, in whatever way. What came is delivered. */
    public void disconnected() {
        if (state == SessionState.NEGOTIATING) {
            end();
        } else {
            endMedia(Optional.empty());
        }
    }

    /**
     * The client broke the rules. A stream that is live is ended in order all the same: what came before was sound.
     *
     * @param failure how
     */
    public void fail(Failure failure) {
        if (state == SessionState.ENDED || (live != null && live.isEnding())) {
            return;
        }
        LOG.warn("[{}] {} {}: {}", id, peer, failure.code().reason(), failure.message());
        if (live != null) {
            live.finish(Optional.of(failure));
        } else {
            refuse(failure);
        }
    }

    /**
     * The gateway will leave. Who is live may go on until then, and is told if it understands; anybody else had better
     * go elsewhere at once. Callable from any thread.
     *
     * @param endsIn how long a live stream has left
     * @param refusal what clients are sent whose stream is not live yet
     */
    public void drain(Duration endsIn, Failure refusal) {
        eventLoop.execute(() -> {
            if (live == null) {
                fail(refusal);
            } else if (understandsDraining && !live.isEnding()) {
                client.tell(new Draining(endsIn.toMillis()));
            }
        });
    }

    /**
     * Ends the session without waiting for a trailer. Callable from any thread.
     *
     * @param reason what the client is told
     */
    public void abort(Failure reason) {
        eventLoop.execute(() -> {
            if (live == null) {
                fail(reason);
            } else {
                live.abort(reason);
            }
        });
    }

    /**
     * Ends the session in order, unless it is ending already. Callable from any thread.
     *
     * @param reason what the client is told
     */
    public void end(Failure reason) {
        eventLoop.execute(() -> fail(reason));
    }

    private void open(Open open) {
        if (state != SessionState.NEGOTIATING) {
            fail(
                    new Failure(
                            FailureCode.UNEXPECTED_MESSAGE,
                            plain
                                    ? "open is not understood here: offer the subprotocol sluice.v1 to negotiate, or send media only."
                                    : "open came a second time: one connection carries one stream, so open another connection."));
            return;
        }
        Result<Offer> offer = OfferNegotiation.of(open);
        if (offer instanceof Result.Refused<Offer> refused) {
            fail(refused.failure());
            return;
        }
        reportInterval = open.progressInterval();
        understandsDraining = open.draining();
        String token = open.token();
        start(key(open.streamKey()), Mono.just(offer), token == null ? peer : peer.withToken(token));
    }

    private void stop() {
        if (state == SessionState.NEGOTIATING) {
            fail(new Failure(FailureCode.UNEXPECTED_MESSAGE, "stop came before open: there is nothing to stop."));
        } else {
            endMedia(Optional.empty());
        }
    }

    private void openTimedOut() {
        fail(new Failure(
                FailureCode.OPEN_TIMEOUT,
                "No open came within " + context.limits().openTimeout().toSeconds()
                        + " s of the upgrade: send it as the first message."));
    }

    private Result<StreamKey> key(@Nullable String inMessage) {
        String key = inMessage == null ? offeredKey : inMessage;
        return key == null
                ? Result.refused(
                        FailureCode.INVALID_STREAM_KEY,
                        "There is no stream key: give it as the query parameter streamKey, or in open.")
                : StreamKey.parse(key);
    }

    private void start(Result<StreamKey> parsedKey, Mono<Result<Offer>> offer, Peer who) {
        if (openDeadline != null) {
            openDeadline.cancel(false);
        }
        if (parsedKey instanceof Result.Refused<StreamKey> refused) {
            fail(refused.failure());
            return;
        }
        PublishRequest request = new PublishRequest(id, parsedKey.orElseThrow(), who);
        standing.asksFor(request.streamKey());
        StartSequence start = new StartSequence(context, request, eventLoop, standing::mayPublishUnder);
        become(SessionState.STARTING);
        start.start(offer).subscribe(result -> started(start, result), error -> {
            LOG.error("[{}] The stream could not be started", id, error);
            started(
                    start,
                    Result.refused(
                            FailureCode.INTERNAL_ERROR, "The gateway could not start the stream: tell its operator."));
        });
    }

    private void started(StartSequence start, Result<RunningStream> result) {
        if (result instanceof Result.Refused<RunningStream> refused) {
            fail(refused.failure());
            gone();
            return;
        }
        RunningStream running = result.orElseThrow();
        if (state == SessionState.ENDED) {
            // The client has gone while FFmpeg was being started.
            running.ffmpeg().shutdown().then().onErrorComplete().subscribe(null, null, () -> {
                start.release(running);
                gone();
            });
            return;
        }
        become(SessionState.LIVE);
        SessionReporter herald = new SessionReporter(client, context.listener(), running.request(), standing);
        StreamQuota allowance = StreamQuota.of(context, running.permit());
        live = new LiveStream(
                eventLoop, context.limits(), allowance, reportInterval, running, handOff, herald, outcome -> {
                    start.release(running);
                    herald.ended(outcome);
                    live = null;
                    end();
                });
        herald.started(OfferNegotiation.opened(id, running, context.limits()), running);
        live.begin();
        identification.agree(running.plan().format(), this::wrongMedia);
        if (mediaEnded) {
            live.finish(Optional.empty());
        }
    }

    /** FFmpeg could make nothing of it, and is not waited for. */
    private void wrongMedia(Failure failure) {
        if (live != null) {
            LOG.warn("[{}] {} {}: {}", id, peer, failure.code().reason(), failure.message());
            live.abort(failure);
        }
    }

    private void endMedia(Optional<Failure> reason) {
        mediaEnded = true;
        if (live != null) {
            live.finish(reason);
        } else if (handOff.waitingBytes() == 0 && state != SessionState.ENDED) {
            client.tell(new Ended(0, 0));
            end();
        } else {
            // A plain client may have said everything before FFmpeg is there to hear it.
            identification.giveUp(
                    new Failure(
                            FailureCode.UNRECOGNIZED_MEDIA,
                            "The stream ended before its container was complete: send WebM, Matroska or MP4 from its first byte on."));
        }
    }

    /** Ends a session that never went live. */
    private void refuse(Failure failure) {
        client.tell(Failed.of(failure));
        standing.refused(failure);
        SessionReporter.tell(
                context.listener(),
                new SessionEvent.Refused(id, standing.latest().streamKey(), peer, failure));
        end();
    }

    private void end() {
        boolean starting = state == SessionState.STARTING;
        become(SessionState.ENDED);
        if (openDeadline != null) {
            openDeadline.cancel(false);
        }
        handOff.discard();
        // A start that waits to be told what the stream is holds the key meanwhile.
        identification.giveUp(new Failure(FailureCode.UNRECOGNIZED_MEDIA, "The stream ended before it began."));
        if (starting) {
            context.streams().ending(id);
        } else {
            gone();
        }
    }

    /**
     * Nothing of the session is left. One that ended while it was starting is registered until its start has come to
     * its end too.
     */
    private void gone() {
        standing.is(SessionStatus.Phase.ENDED);
        context.streams().remove(this);
        done.tryEmitEmpty();
    }

    private void become(SessionState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException("a session cannot go from " + state + " to " + next);
        }
        state = next;
        standing.is(next.phase());
    }
}
