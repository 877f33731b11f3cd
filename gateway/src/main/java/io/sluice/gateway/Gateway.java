package io.sluice.gateway;

import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.admin.AdminAccess;
import io.sluice.gateway.admin.AdminRoutes;
import io.sluice.gateway.admission.Admission;
import io.sluice.gateway.admission.AdmissionSnapshot;
import io.sluice.gateway.admission.CapacityCheck;
import io.sluice.gateway.auth.AuthorizerReaper;
import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegLocator;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.ffmpeg.run.FfmpegLauncher;
import io.sluice.gateway.ffmpeg.run.ProcessLimits;
import io.sluice.gateway.files.WorkFolder;
import io.sluice.gateway.http.AdminIndexRoutes;
import io.sluice.gateway.http.HealthRoutes;
import io.sluice.gateway.http.PageRoutes;
import io.sluice.gateway.http.PreviewRoutes;
import io.sluice.gateway.metrics.MeterBinding;
import io.sluice.gateway.operations.DrainReport;
import io.sluice.gateway.operations.GracefulShutdown;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.output.Outputs;
import io.sluice.gateway.output.Previews;
import io.sluice.gateway.process.ProcessLauncher;
import io.sluice.gateway.session.SessionContext;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.gateway.session.SessionListener;
import io.sluice.gateway.session.SessionRegistry;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.websocket.IngestRoutes;
import io.sluice.gateway.websocket.IngestSettings;
import io.sluice.protocol.Failure;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * A gateway from WebSockets through FFmpeg to RTMP, to be mounted into a Reactor Netty server: this class wires it, and its
 * {@link GatewayBuilder} sets it up.
 *
 * <p>Thread-safe. It brings no server, no event loops and no global state; streams run on the event loops of the server that it is
 * mounted in, so that server should run on Netty's epoll where there is one (Reactor Netty does by itself if the native transport is on
 * the class path). Close it when the server is to stop, before the server's event loops are.
 */
public final class Gateway {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** What a stream may take to be ended by force after it did not finish in time, and a little for everything around it. */
    private static final Duration FORCE_ALLOWANCE = Duration.ofSeconds(7);

    private static final Duration SAMPLE_PERIOD = Duration.ofSeconds(3);

    private final Ffmpeg ffmpeg;
    private final ProcessLimits confinement;
    private final WorkFolder folder;
    private final Scheduler blocking = Schedulers.boundedElastic();
    private final ProcessLauncher processes;
    private final Admission admission;
    private final Disposable sampling;
    private final SessionRegistry streams = new SessionRegistry();
    private final Previews previews;
    private final AuthorizerReaper retired = new AuthorizerReaper();
    private final SessionOperations operator;
    private final MeterBinding.@Nullable Meters meters;
    private final GracefulShutdown departure;
    private final AtomicReference<@Nullable Mono<DrainReport>> departing = new AtomicReference<>();
    private volatile SetUp current;
    private volatile Duration longestFinish;
    private volatile boolean accepting = true;

    /** All that can be replaced while streams are live: each goes on with what it began with. */
    private record SetUp(GatewayConfig config, IngestSettings terms) {}

    private Gateway(
            GatewayConfig config,
            Ffmpeg ffmpeg,
            ProcessLimits confinement,
            WorkFolder folder,
            @Nullable MeterBinding metering) {
        this.ffmpeg = ffmpeg;
        this.confinement = confinement;
        this.folder = folder;
        this.processes = ProcessLauncher.create(config.ffmpeg().maxPendingStarts());
        this.previews = new Previews(folder.previews(), config.outputs().previewLinger(), blocking);
        this.longestFinish = config.limits().session().finishTimeout();
        this.admission =
                new Admission(config.limits().admission(), config.limits().load());
        this.operator = new SessionOperations(streams, this::patience);
        this.meters = metering == null ? null : metering.of(operator, this::isReady, admission::snapshot);
        this.departure = new GracefulShutdown(streams, this::patience);
        CapacityCheck.log(config.limits().admission(), config.limits().load());
        this.sampling = blocking.schedulePeriodically(
                admission::sample, SAMPLE_PERIOD.toMillis(), SAMPLE_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        this.current = setUp(config);
    }

    /** How long the end of streams may take, force included. */
    private Duration patience() {
        return longestFinish.plus(FORCE_ALLOWANCE);
    }

    private SetUp setUp(GatewayConfig config) {
        GatewayConfig.Outputs outputs = config.outputs();
        GatewayConfig.Access access = config.access();
        SessionContext context = new SessionContext(
                config.limits().session(),
                config.limits().stream(),
                admission,
                streams,
                access.effectiveAuthorizer(),
                new Outputs(outputs.publish(), outputs.enhancedRtmp(), outputs.preview() ? previews : null),
                new StreamPlanner(ffmpeg.capabilities()),
                new FfmpegLauncher(
                        ffmpeg,
                        processes,
                        folder.empty(),
                        outputs.timeout(),
                        confinement,
                        config.ffmpeg().limits().maxPixels()),
                meters == null ? config.listener() : both(meters, config.listener()));
        return new SetUp(config, new IngestSettings(context, access.origins(), access.proxies(), access.proxyHeader()));
    }

    /**
     * Begins to set up a gateway.
     *
     * @return a builder with the defaults
     */
    public static GatewayBuilder builder() {
        return new GatewayBuilder();
    }

    /** Finds FFmpeg and makes the folders. Blocks. */
    static Gateway start(GatewayConfig config, @Nullable MeterBinding metering)
            throws IOException, FfmpegUnavailableException {
        Ffmpeg ffmpeg = findFfmpeg(config.ffmpeg());
        ProcessLimits confinement = ProcessLimits.probe(ffmpeg, config.ffmpeg().limits());
        return new Gateway(config, ffmpeg, confinement, WorkFolder.create(), metering);
    }

    /** Finds the FFmpeg that would be used, and tries it. Blocks. */
    static Ffmpeg findFfmpeg(GatewayConfig.FfmpegSettings settings) throws FfmpegUnavailableException {
        return new FfmpegLocator(System.getenv(), settings.environment()).locate(settings.program());
    }

    /**
     * Sets the gateway up anew while it runs. Streams that begin from now on have what the builder says; those that are live, and clients
     * that are connected, go on with what they began with. Keys stay taken, and previews stay where they are.
     *
     * <p>All of the builder holds, also what it leaves at its default. Only what came with the FFmpeg that was found at the start, and with
     * what all streams share, cannot be had without a new gateway: {@code ffmpeg}, {@code ffmpegEnvironment}, {@code ffmpegLimits}, {@code maxPendingStarts} and
     * {@code previewLinger} have to be what they were. Meters stay those of the start.
     *
     * <p>An authorizer that is not named again is disposed of as soon as no client can be waiting for its answer. Does not block; may be
     * called from any thread. After {@link #close()} it changes nothing, and disposes of the builder's authorizer.
     *
     * @param builder what shall hold; later changes to it do not count
     * @throws IllegalArgumentException that names what would need a new gateway; then nothing has changed
     */
    public synchronized void reconfigure(GatewayBuilder builder) {
        GatewayConfig before = current.config();
        GatewayConfig next = builder.config();
        List<String> fixed = before.restartRequired(next);
        if (!fixed.isEmpty()) {
            throw new IllegalArgumentException("only a new gateway can have another " + String.join(", ", fixed));
        }
        if (!accepting) {
            disposeOf(next);
            return;
        }
        admission.update(next.limits().admission(), next.limits().load());
        current = setUp(next);
        longestFinish =
                Collections.max(List.of(longestFinish, next.limits().session().finishTimeout()));
        Authorizer replaced = before.access().authorizer();
        Authorizer replacement = next.access().authorizer();
        if (replacement != null) {
            retired.recall(replacement);
        }
        if (replaced != null && replaced != replacement) {
            SessionLimits session = before.limits().session();
            retired.retire(replaced, session.openTimeout().plus(session.authorizeTimeout()));
        }
    }

    private static void disposeOf(GatewayConfig config) {
        Authorizer authorizer = config.access().authorizer();
        if (authorizer != null) {
            authorizer.dispose();
        }
    }

    private static SessionListener both(SessionListener first, SessionListener second) {
        return event -> {
            first.on(event);
            second.on(event);
        };
    }

    /**
     * Adds all of the gateway's routes: {@code /ingest} and {@code /api/v0/stream} for publishers, the pages, the previews, and
     * {@code /health/live} and {@code /health/ready}.
     *
     * @param routes the server's routes
     * @param prefix what comes before the paths: empty, or beginning and not ending with a slash, as in {@code /live}
     * @throws IllegalArgumentException if the prefix has another form
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        check(prefix);
        new IngestRoutes(() -> current.terms(), this::refusal).mount(routes, prefix);
        new HealthRoutes(this::whyNotReady).mount(routes, prefix);
        new PageRoutes(
                        () -> !current.config().outputs().publish().isEmpty(),
                        () -> current.config().outputs().preview(),
                        GatewayVersion.VERSION)
                .mount(routes, prefix);
        new PreviewRoutes(previews, blocking).mount(routes, prefix);
    }

    /**
     * Adds the routes for operators: {@code /api/streams} and health. They belong on another server than the publishers' routes, which
     * everybody reaches.
     *
     * @param routes that server's routes
     * @param prefix as for {@link #mount}
     * @param access who may use them, such as {@link io.sluice.gateway.admin.TokenFile}; health is for everybody
     * @throws IllegalArgumentException if the prefix has another form
     */
    public void mountAdmin(HttpServerRoutes routes, String prefix, AdminAccess access) {
        mountAdmin(routes, prefix, access, null);
    }

    /**
     * Adds the routes for operators, with metrics at {@code /metrics}.
     *
     * @param routes that server's routes
     * @param prefix as for {@link #mount}
     * @param access who may use them
     * @param metrics the page in the text format of whoever owns the registry; called off the event loops, may block. Null for no metrics
     * @throws IllegalArgumentException if the prefix has another form
     */
    public void mountAdmin(
            HttpServerRoutes routes, String prefix, AdminAccess access, @Nullable Supplier<String> metrics) {
        check(prefix);
        new HealthRoutes(this::whyNotReady).mount(routes, prefix);
        new AdminIndexRoutes(GatewayVersion.VERSION, metrics != null).mount(routes, prefix);
        new AdminRoutes(operator, access, metrics).mount(routes, prefix);
    }

    private static void check(String prefix) {
        if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "the prefix must be empty, or begin and not end with a slash: " + prefix);
        }
    }

    /**
     * The streams, also those that are not live yet or are about to end.
     *
     * @return how they stood a second ago at most, the oldest first
     */
    public List<SessionStatus> streams() {
        return operator.sessions();
    }

    /**
     * Ends one stream in order; its client is told {@code ended-by-operator}.
     *
     * @param sessionId names it
     * @param reason words for the client and the log; may be empty
     * @return how it stood in the end, on any thread; empty if there is no such stream. Its phase is another than ended if that takes too long
     */
    public Mono<SessionStatus> end(String sessionId, String reason) {
        return operator.end(sessionId, reason);
    }

    /**
     * Ends whatever is live under a key, such as one that was revoked.
     *
     * @param streamKey the key
     * @param reason words for the client and the log; may be empty
     * @return how each stream stood in the end, on any thread
     */
    public Flux<SessionStatus> end(StreamKey streamKey, String reason) {
        return operator.end(streamKey, reason);
    }

    /**
     * Whether new streams are accepted.
     *
     * @return false while there is no room for another stream, and once {@link #close()} or {@link #drain} has been subscribed to
     */
    public boolean isReady() {
        return whyNotReady().isEmpty();
    }

    private Optional<String> whyNotReady() {
        return accepting ? admission.fullReason() : Optional.of("the gateway is being shut down");
    }

    /**
     * What is known of the room for streams.
     *
     * @return figures that may have changed already
     */
    public AdmissionSnapshot admission() {
        return admission.snapshot();
    }

    /**
     * The configuration that new streams get.
     *
     * @return what {@link #reconfigure} set last, or the start
     */
    public GatewayConfig config() {
        return current.config();
    }

    private Optional<Failure> refusal() {
        return accepting ? Optional.empty() : Optional.of(GracefulShutdown.refusal());
    }

    /**
     * How many sessions there are, those that still negotiate included.
     *
     * @return a number that may have changed already
     */
    public int sessionCount() {
        return streams.sessions().size();
    }

    /**
     * Ends every stream in order, now: no more media is taken, FFmpeg writes its trailers, the clients are told. What does not end within the
     * bounds is ended by force. Cuts a {@link #drain} short.
     *
     * @return completes when no FFmpeg is left, with an error if one might be; every subscriber gets the same end
     */
    public Mono<Void> close() {
        return Mono.defer(() -> {
                    Mono<DrainReport> end = leaving(Duration.ZERO);
                    departure.hasten();
                    return end;
                })
                .flatMap(report -> report.left().isEmpty()
                        ? Mono.empty()
                        : Mono.error(new TimeoutException("Not all streams have ended: " + report)));
    }

    /**
     * Leaves without haste: new streams are refused, and told when to try again; live ones may go on for a while, of which their clients are
     * told, and are ended as by {@link #close()} if they still live then. Only the first call decides how long that is.
     *
     * @param time how long live streams may go on
     * @return how they fared, when no FFmpeg is left, or none that could be ended
     */
    public Mono<DrainReport> drain(Duration time) {
        return Mono.defer(() -> leaving(time));
    }

    /** Forces the end of the streams that {@link #close()} waits for: FFmpeg may not write its trailers. Callable from any thread. */
    public void force() {
        departure.force();
    }

    private Mono<DrainReport> leaving(Duration time) {
        departing.compareAndSet(null, Mono.defer(() -> leaveOnce(time)).cache());
        return Objects.requireNonNull(departing.get());
    }

    private Mono<DrainReport> leaveOnce(Duration time) {
        synchronized (this) {
            accepting = false;
        }
        int sessions = sessionCount();
        if (sessions > 0) {
            LOG.info("Ending {} sessions{}", sessions, time.isZero() ? "" : " within " + time.toSeconds() + " s");
        }
        return departure.begin(time).publishOn(blocking).doOnTerminate(() -> {
            sampling.dispose();
            retired.disposeAll();
            disposeOf(current.config());
            processes.dispose();
            if (meters != null) {
                meters.close();
            }
            folder.remove();
        });
    }

    /** Names the FFmpeg and the outputs, without secrets. */
    @Override
    public String toString() {
        return "Sluice " + GatewayVersion.VERSION + " with " + ffmpeg + ", publishing to "
                + current.config().outputs();
    }
}
