package io.sluice.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.sluice.gateway.access.Peer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.delivery.DeliveryListener;
import io.sluice.gateway.delivery.OutputStatus;
import io.sluice.gateway.delivery.StreamDelivery;
import io.sluice.gateway.media.ReplayBuffer;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.ClientMessage;
import io.sluice.protocol.Draining;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Progress;
import io.sluice.protocol.Result;
import io.sluice.protocol.Resume;
import io.sluice.protocol.Resumed;
import io.sluice.protocol.Stop;
import io.sluice.protocol.StreamKey;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * One stream, from the upgrade until nothing of it is left: the state machine between a source and a sink that can both
 * be replaced. What arrived before its connection closed is delivered.
 *
 * <p>{@link SessionState} has the legal transitions; {@link #transitionTo} is the only place that makes one.
 * {@link IngestSlot} holds the connection, {@link StreamDelivery} the outputs, and between them {@link ReplayBuffer}
 * the media.
 *
 * <p>Confined to the event loop of its first connection, except for {@link #end}, {@link #drain}, {@link #abort},
 * {@link #status()}, {@link #done()} and {@link #id()}, {@link #takeOver}, {@link #giveWay} and {@link #isContinuedBy},
 * which any thread may call.
 */
public final class StreamSession {

    private static final Logger LOG = LoggerFactory.getLogger(StreamSession.class);

    /** Of a plain client, whose header comes before FFmpeg is started. */
    private static final int MAX_WAITING_HEADER_BYTES = 256 * 1_024;

    private final SessionContext context;
    private final EventLoop eventLoop;
    private final String id = SessionIds.next();
    private final IngestMode mode;
    private final @Nullable String requestedKey;
    private final IngestSlot ingest;
    private final ReplayBuffer buffer;
    private final IncomingMedia media;
    private final FormatVerifier format;
    private final SessionStatusPublisher status;
    private final SessionReporter reporter;
    private final StreamTimers timers;
    private final Resumption resumption;
    private final Reception reception;
    private final Supplier<Optional<Failure>> refusal;
    private final Sinks.Empty<Void> done = Sinks.empty();

    private SessionState state = SessionState.NEGOTIATING;
    /** Set when the stream goes live. */
    private @Nullable Reservation reservation;

    private @Nullable StreamDelivery delivery;

    private @Nullable StreamMonitor monitor;
    private OptionalLong drainEndNanos = OptionalLong.empty();
    private @Nullable Failure failure;

    /** How a client sends its stream. */
    private enum IngestMode {
        /** With {@code sluice.v1}: {@code open} first, media after {@code opened}. */
        NEGOTIATED,
        /** Media from the first byte on, and no messages. */
        PLAIN
    }

    private StreamSession(
            SessionContext context,
            ClientConnection connection,
            @Nullable String requestedKey,
            IngestMode mode,
            Supplier<Optional<Failure>> refusal) {
        SessionLimits limits = context.limits();
        this.context = context;
        this.eventLoop = connection.eventLoop();
        this.mode = mode;
        this.requestedKey = requestedKey;
        this.refusal = refusal;
        this.status = new SessionStatusPublisher(id, connection.peer(), mode == IngestMode.NEGOTIATED);
        this.ingest = new IngestSlot(
                eventLoop,
                connection,
                new Source(),
                status::peer,
                limits.buffers().lowWaterBytes(),
                limits.buffers().highWaterBytes());
        this.buffer = new ReplayBuffer(
                eventLoop, limits.buffers().replay(), context.replayMemory(), System::nanoTime, ingest::pauseMedia);
        this.media = new IncomingMedia(limits.outputs().maxTimestampGap(), buffer);
        this.format = new FormatVerifier(context.ffmpeg().maxPixels());
        this.resumption = new Resumption(eventLoop, context.streams(), limits);
        this.reception = new Reception(context, connection, new Desk());
        this.reporter = new SessionReporter(id, ingest, context.listener(), status, resumption);
        this.timers = new StreamTimers(eventLoop);
        context.streams().add(this);
    }

    /**
     * A session that waits for {@code open}, or for {@code resume}.
     *
     * @param context what all sessions share
     * @param connection the client's connection
     * @param streamKey the stream key in the request's query, or null
     * @param refusal why no stream can begin, or empty; asked when one is about to. A stream can still be resumed.
     * @return the session; the connection must deliver to its {@link #ingest()}
     */
    public static StreamSession negotiated(
            SessionContext context,
            ClientConnection connection,
            @Nullable String streamKey,
            Supplier<Optional<Failure>> refusal) {
        StreamSession session = new StreamSession(context, connection, streamKey, IngestMode.NEGOTIATED, refusal);
        session.timers.after(
                context.limits().timeouts().open(), () -> session.fail(SessionFailures.openTimedOut(context.limits())));
        return session;
    }

    /**
     * A session whose media arrives from the first byte on.
     *
     * @param context what all sessions share
     * @param connection the client's connection
     * @param streamKey the stream key, or null if there was none
     * @param mimeType what the client says it sends; null to find out from the header
     * @return the session; the connection must deliver to its {@link #ingest()}
     */
    public static StreamSession plain(
            SessionContext context,
            ClientConnection connection,
            @Nullable String streamKey,
            @Nullable String mimeType) {
        StreamSession session = new StreamSession(context, connection, streamKey, IngestMode.PLAIN, Optional::empty);
        session.buffer.awaitHeader(MAX_WAITING_HEADER_BYTES);
        Mono<Result<Offer>> offer = Optional.ofNullable(mimeType)
                .map(OfferNegotiation::ofMimeType)
                .filter(declared -> !OfferNegotiation.leavesCodecsOpen(declared))
                .map(declared -> declared.fold(
                        known -> session.header().map(header -> header.flatMap(read -> declared)),
                        failure -> Mono.just(declared)))
                .orElseGet(session::header);
        session.start(session.streamKey(null), offer, connection.peer());
        return session;
    }

    /** What the media shows, once it does; until then a client that says nothing else holds nothing. */
    private Mono<Result<Offer>> header() {
        return format.offer()
                .timeout(
                        context.limits().firstMediaTimeout(),
                        Mono.just(MediaTimeout.noHeader(context.limits())),
                        Schedulers.fromExecutor(eventLoop));
    }

    /**
     * A session for a client that is refused at once.
     *
     * @param context what all sessions share
     * @param connection the client's connection
     * @param failure what the client is sent
     * @return a session that is closed
     */
    public static StreamSession refused(SessionContext context, ClientConnection connection, Failure failure) {
        StreamSession session = new StreamSession(context, connection, null, IngestMode.NEGOTIATED, Optional::empty);
        session.fail(failure);
        return session;
    }

    /**
     * Names the session.
     *
     * @return the id that the client is sent and that the log shows
     */
    public String id() {
        return id;
    }

    /**
     * The session's status. Callable from any thread.
     *
     * @return the latest that its event loop has published
     */
    public SessionStatus status() {
        return status.latest();
    }

    /**
     * The session's end.
     *
     * @return completes for every subscriber, early or late, once the session is {@link SessionState#CLOSED}
     */
    public Mono<Void> done() {
        return done.asMono();
    }

    /**
     * Where the attached connection delivers.
     *
     * @return the way in of the connection that the session was made for, or that was attached last
     */
    public Ingest ingest() {
        return ingest.ingest();
    }

    /** Whether a token continues this session. Callable from any thread. */
    boolean isContinuedBy(ResumeToken token) {
        return resumption.isFor(token);
    }

    /**
     * Continues this session over another connection, or refuses to. The newest connection wins, whatever the present
     * one looks like: a socket that has died may look alive for a long time. Callable from any thread.
     *
     * @param takeOver the other connection
     */
    void takeOver(TakeOver takeOver) {
        TakeOver.run(eventLoop, () -> decide(takeOver));
    }

    private void decide(TakeOver takeOver) {
        if (!state.hasRun() || !resumption.isFor(takeOver.token())) {
            takeOver.refuse();
            return;
        }
        Ingest next = ingest.attach(takeOver.connection());
        if (state.isEnding()) {
            // What happens next is the session's last word.
            takeOver.grant(next, Optional.empty());
            return;
        }
        TakeOver.Claim claim = takeOver.claim();
        long nextByte = media.receivedBytes();
        if (claim.keptFromByte() > nextByte) {
            takeOver.grant(next, Optional.empty());
            fail(SessionFailures.resumeGap(claim.keptFromByte(), nextByte));
            return;
        }
        Duration away = resumption.away();
        if (state == SessionState.AWAITING) {
            transitionTo(SessionState.LIVE);
            monitor().resumed();
        }
        reporter.resumed(away, nextByte, claim.sentBytes());
        takeOver.grant(
                next, Optional.of(new Resumed(Resumed.Mode.EXACT, id, nextByte, resumption.grant(claim.secret()))));
        delivery().statuses().forEach(reporter::repeatOutput);
        drainEndNanos.ifPresent(end -> announceDrain(Duration.ofNanos(Math.max(0, end - System.nanoTime()))));
    }

    /**
     * Ends the session if its client is absent: somebody else opens its stream key. Callable from any thread.
     *
     * @return completes when that is decided; the state then shows how
     */
    Mono<Void> giveWay() {
        return Mono.<Void>fromRunnable(() -> {
                    if (state == SessionState.AWAITING) {
                        reporter.gaveWay();
                        resumption.revoke();
                        finish(null);
                    }
                })
                .subscribeOn(Schedulers.fromExecutor(eventLoop));
    }

    /** The connection is lost, but the client may come back over another one. */
    private void await() {
        transitionTo(SessionState.AWAITING);
        resumption.await(this::windowOver);
        reporter.lost(media.receivedBytes());
    }

    private void windowOver() {
        if (state == SessionState.AWAITING) {
            reporter.notResumed();
            finish(null);
        }
    }

    /** Where a connection is greeted that may belong to another session. */
    private final class Desk implements Reception.Desk {

        @Override
        public boolean isOpen() {
            return state == SessionState.NEGOTIATING;
        }

        @Override
        public void leave() {
            ingest.letGo();
            close();
        }

        @Override
        public void beginAnew(Open open) {
            resumption.request(true);
            open(open);
        }

        @Override
        public void refuse(Failure failure) {
            fail(failure);
        }
    }

    /**
     * Ends the session gracefully, unless it is ending already. Callable from any thread.
     *
     * @param reason what the client is sent
     */
    public void end(Failure reason) {
        eventLoop.execute(() -> fail(reason));
    }

    /**
     * Prepares for a shutdown of the gateway. A live stream may continue until then, and its client is notified if it
     * understands; every other session ends now. Callable from any thread.
     *
     * @param endsIn how long a live stream has left
     * @param refusal what clients are sent whose stream is not live yet
     */
    public void drain(Duration endsIn, Failure refusal) {
        eventLoop.execute(() -> {
            if (!state.hasRun()) {
                fail(refusal);
            } else if (state.isOnAir()) {
                drainEndNanos = OptionalLong.of(System.nanoTime() + endsIn.toNanos());
                announceDrain(endsIn);
            }
        });
    }

    private void announceDrain(Duration left) {
        if (state == SessionState.LIVE && ingest.has(ClientFeature.DRAINING)) {
            ingest.send(new Draining(left.toMillis()));
        }
    }

    /**
     * Ends the session without waiting for trailers. Callable from any thread.
     *
     * @param reason what the client is sent
     */
    public void abort(Failure reason) {
        eventLoop.execute(() -> {
            if (state.hasRun()) {
                abortRun(reason);
            } else {
                fail(reason);
            }
        });
    }

    /** What the attached connection delivers. */
    private final class Source implements Ingest {

        @Override
        public void onMedia(ByteBuf bytes) {
            if (state == SessionState.NEGOTIATING
                    || (state == SessionState.STARTING && mode == IngestMode.NEGOTIATED)) {
                bytes.release();
                fail(SessionFailures.mediaBeforeOpened());
                return;
            }
            int mediaBytes = bytes.readableBytes();
            if (buffer.isCompleted()) {
                bytes.release();
                return;
            }
            format.inspect(bytes);
            bytes.writerIndex(bytes.readerIndex() + media.inspect(bytes));
            buffer.offer(bytes);
            if (state == SessionState.LIVE) {
                monitor().onMedia(mediaBytes).ifPresent(StreamSession.this::fail);
            }
            media.excessiveGap().ifPresent(gap -> fail(SessionFailures.timestampGap(gap)));
        }

        @Override
        public void onMessage(Result<ClientMessage> message) {
            if (message instanceof Result.Refused<ClientMessage> invalid) {
                fail(invalid.failure());
            } else if (message.orElseThrow() instanceof Stop) {
                stop();
            } else if (state != SessionState.NEGOTIATING || reception.hasAsked()) {
                String type = message.orElseThrow().type();
                fail(
                        mode == IngestMode.PLAIN
                                ? SessionFailures.notFromPlainClient(type)
                                : SessionFailures.openTwice(type));
            } else if (message.orElseThrow() instanceof Resume resume) {
                reception.resume(resume);
            } else if (message.orElseThrow() instanceof Open open) {
                open(open);
            }
        }

        private void stop() {
            if (state == SessionState.NEGOTIATING) {
                fail(SessionFailures.stopBeforeOpen());
            } else {
                endOfMedia();
            }
        }

        @Override
        public void onViolation(Failure violation) {
            fail(violation);
        }

        @Override
        public void onDisconnect(Departure departure) {
            if (state == SessionState.NEGOTIATING) {
                close();
            } else if (state == SessionState.LIVE && departure == Departure.LOST && resumption.isGranted()) {
                await();
            } else {
                endOfMedia();
            }
        }
    }

    private void open(Open open) {
        Optional<Failure> refused = refusal.get();
        Result<Offer> offer =
                refused.<Result<Offer>>map(Result.Refused::new).orElseGet(() -> OfferNegotiation.of(open));
        if (offer instanceof Result.Refused<Offer> no) {
            fail(no.failure());
            return;
        }
        ingest.configure(open);
        if (open.has(ClientFeature.RESUME)) {
            resumption.request(reception.hasAsked());
        }
        Peer peer = ingest.peer();
        String token = open.token();
        start(streamKey(open.streamKey()), Mono.just(offer), token == null ? peer : peer.withToken(token));
    }

    private Result<StreamKey> streamKey(@Nullable String inMessage) {
        String key = inMessage == null ? requestedKey : inMessage;
        return key == null ? new Result.Refused<>(SessionFailures.noStreamKey()) : StreamKey.parse(key);
    }

    private void start(Result<StreamKey> key, Mono<Result<Offer>> offer, Peer peer) {
        timers.cancel();
        if (key instanceof Result.Refused<StreamKey> refused) {
            fail(refused.failure());
            return;
        }
        PublishRequest request = new PublishRequest(id, key.orElseThrow(), peer);
        status.requestedKey(request.streamKey());
        StartSequence start = new StartSequence(context, this, request, eventLoop, status::permittedKey);
        transitionTo(SessionState.STARTING);
        start.start(offer).subscribe(result -> started(result), error -> {
            LOG.error("[{}] The stream could not be started", id, error);
            started(new Result.Refused<>(SessionFailures.internalError()));
        });
    }

    /** The start sequence always gets here, also for a session whose client has left meanwhile. */
    private void started(Result<RunningStream> result) {
        if (result instanceof Result.Refused<RunningStream> refused) {
            fail(refused.failure());
            closed();
            return;
        }
        RunningStream stream = result.orElseThrow();
        if (state == SessionState.CLOSING) {
            Flux.fromIterable(stream.ffmpegs())
                    .flatMap(ffmpeg -> ffmpeg.shutdown().onErrorComplete())
                    .subscribe(null, null, () -> {
                        StartSequence.release(context, stream.reservation());
                        closed();
                    });
            return;
        }
        goLive(stream);
    }

    private void goLive(RunningStream stream) {
        reservation = stream.reservation();
        StreamDelivery outputs = new StreamDelivery(
                context.delivery(),
                stream.delivery(),
                eventLoop,
                buffer,
                ingest.has(ClientFeature.ADAPTS),
                reservation.ticket(),
                new Delivered());
        delivery = outputs;
        monitor = new StreamMonitor(context, reservation.permit(), media, outputs);
        transitionTo(SessionState.LIVE);
        reporter.started(OfferNegotiation.opened(id, stream, context.limits()), stream);
        timers.start(
                this::inspect,
                ingest.reportInterval(),
                () -> reporter.report(monitor().progress()));
        media.limitGaps(stream.plan());
        boolean everythingArrived = buffer.isCompleted();
        outputs.start(stream.ffmpegs());
        format.expect(stream.plan().format(), this::wrongFormat);
        if (everythingArrived && state == SessionState.LIVE) {
            finish(null);
        }
        // A plain client's first media arrived before it was known what FFmpeg does with it.
        if (state.hasRun()) {
            media.excessiveGap().ifPresent(gap -> abortRun(SessionFailures.timestampGap(gap)));
        }
    }

    /** What the outputs report. */
    private final class Delivered implements DeliveryListener {

        @Override
        public void onOutputChanged(OutputStatus status) {
            reporter.output(status);
        }

        @Override
        public void onGroupsSkipped(int index) {
            reporter.groupsSkipped(index);
        }

        @Override
        public void onKeyFrameWanted() {
            ingest.requestKeyFrame(System.nanoTime());
        }

        @Override
        public void onFailed(Failure reason) {
            if (state != SessionState.LIVE) {
                // It counts once everything has ended.
                return;
            }
            if (reason.code() == FailureCode.UNRECOGNIZED_MEDIA) {
                reporter.failing(reason);
                abortRun(reason);
            } else {
                fail(reason);
            }
        }

        @Override
        public void onEnded() {
            deliveryEnded();
        }
    }

    private StreamMonitor monitor() {
        return Objects.requireNonNull(monitor);
    }

    private StreamDelivery delivery() {
        return Objects.requireNonNull(delivery);
    }

    private Reservation reservation() {
        return Objects.requireNonNull(reservation);
    }

    /** FFmpeg can make nothing of it, so it is not given the time to finish. */
    private void wrongFormat(Failure mismatch) {
        if (state.hasRun()) {
            reporter.failing(mismatch);
            abortRun(mismatch);
        }
    }

    /** Once a second. */
    private void inspect() {
        Progress progress = monitor().progress();
        reporter.progressed(progress);
        reporter.skipped(delivery().skippedMessageBytes());
        if (state == SessionState.LIVE) {
            monitor().inspect().ifPresent(this::fail);
        } else if (state == SessionState.AWAITING) {
            monitor().inspectAbsent().ifPresent(this::fail);
        }
    }

    /** The client has said or shown that it sends nothing more. */
    private void endOfMedia() {
        if (state == SessionState.LIVE) {
            finish(null);
        } else if (state == SessionState.STARTING && buffer.receivedBytes() == 0) {
            reporter.cancelled();
            close();
        } else if (state == SessionState.STARTING) {
            // A plain client may have sent everything before FFmpeg runs.
            buffer.complete();
            format.cancel(SessionFailures.endedWithinHeader());
        }
    }

    /** Ends the session because of a failure, gracefully if it is live. Has no effect on a session that is ending. */
    private void fail(Failure reason) {
        switch (state) {
            case NEGOTIATING, STARTING -> {
                reporter.failing(reason);
                reporter.refused(reason);
                close();
            }
            case LIVE, AWAITING -> {
                reporter.failing(reason);
                finish(reason);
            }
            default -> LOG.debug("[{}] {} while {}: {}", id, reason.code().reason(), state, reason.message());
        }
    }

    /** Delivers what arrived and lets FFmpeg write its trailers. */
    private void finish(@Nullable Failure reason) {
        failure = reason;
        transitionTo(SessionState.FINISHING);
        timers.after(
                context.limits().timeouts().finish(), () -> abortRun(SessionFailures.finishTimedOut(context.limits())));
        delivery().complete();
    }

    /** Discards what waits and shuts FFmpeg down. */
    private void abortRun(Failure reason) {
        if (state == SessionState.ABORTING) {
            return;
        }
        if (failure == null) {
            failure = reason;
        }
        transitionTo(SessionState.ABORTING);
        status.forced();
        delivery().abort();
    }

    private void deliveryEnded() {
        Progress last = monitor().progress();
        // FFmpeg reports an input without a byte as broken; for a client that changed its mind it is not.
        boolean untouched = state.isEnding() && buffer.receivedBytes() == 0;
        Optional<Failure> reason = Optional.ofNullable(failure)
                .or(() -> untouched ? Optional.empty() : delivery().failure());
        transitionTo(SessionState.CLOSING);
        timers.cancel();
        buffer.release();
        StartSequence.release(context, reservation());
        reporter.ended(last, delivery().skippedMessageBytes(), reason);
        closed();
    }

    /** Ends a session that was never live. If it is starting, its start sequence releases what it acquires. */
    private void close() {
        boolean starting = state == SessionState.STARTING;
        transitionTo(SessionState.CLOSING);
        timers.cancel();
        buffer.release();
        // A start may be waiting for the header.
        format.cancel(SessionFailures.endedBeforeStart());
        if (!starting) {
            closed();
        }
    }

    private void closed() {
        transitionTo(SessionState.CLOSED);
        context.streams().remove(this);
        done.tryEmitEmpty();
    }

    private void transitionTo(SessionState next) {
        if (!state.canTransitionTo(next)) {
            throw new IllegalStateException("a session cannot go from " + state + " to " + next);
        }
        if (state == SessionState.AWAITING) {
            resumption.stopWaiting();
        }
        state = next;
        status.state(next);
    }
}
