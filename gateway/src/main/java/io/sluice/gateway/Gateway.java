package io.sluice.gateway;

import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.admin.AdminAccess;
import io.sluice.gateway.admin.AdminRoutes;
import io.sluice.gateway.admission.Admission;
import io.sluice.gateway.admission.AdmissionSnapshot;
import io.sluice.gateway.admission.CapacityCheck;
import io.sluice.gateway.admission.DescriptorLedger;
import io.sluice.gateway.auth.AuthorizerReaper;
import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegLocator;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.install.FfmpegUser;
import io.sluice.gateway.ffmpeg.install.OutputTls;
import io.sluice.gateway.ffmpeg.plan.StreamPlanner;
import io.sluice.gateway.ffmpeg.run.FfmpegLauncher;
import io.sluice.gateway.ffmpeg.run.ProcessLimits;
import io.sluice.gateway.files.FileOwner;
import io.sluice.gateway.files.StateFolder;
import io.sluice.gateway.files.StateLocation;
import io.sluice.gateway.http.AdminIndexRoutes;
import io.sluice.gateway.http.HealthRoutes;
import io.sluice.gateway.http.PageRoutes;
import io.sluice.gateway.http.PreviewRoutes;
import io.sluice.gateway.media.ReplayMemory;
import io.sluice.gateway.metrics.MeterBinding;
import io.sluice.gateway.operations.CleanUp;
import io.sluice.gateway.operations.DrainReport;
import io.sluice.gateway.operations.GracefulShutdown;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.output.Outputs;
import io.sluice.gateway.output.Previews;
import io.sluice.gateway.process.ProcessLauncher;
import io.sluice.gateway.receivers.Receivers;
import io.sluice.gateway.session.SessionContext;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.gateway.session.SessionListener;
import io.sluice.gateway.session.SessionRegistry;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.threads.BlockingPool;
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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
 * A gateway from WebSocket through FFmpeg to RTMP, mounted into a Reactor Netty server. Create one with
 * {@link #builder()}.
 *
 * <p><b>Threads:</b> all methods are thread-safe, and none blocks. The gateway has no server, event loops or global
 * state of its own: each stream runs on the event loop of its connection. The server should use Netty's epoll transport
 * where it is available, as Reactor Netty does when the native transport is on the class path.
 *
 * <p><b>Lifecycle:</b> the gateway is ready when {@link GatewayBuilder#start()} emits it. Before the server stops and
 * its event loops are disposed of, end the streams with {@link #drain} or {@link #close()} and wait for the result.
 */
public final class Gateway {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** The time that ending a stream by force takes after it did not finish in time, with some margin. */
    private static final Duration FORCE_TIME = Duration.ofSeconds(7);

    /** For everything that the shutdown releases, all at the same time. */
    private static final Duration CLEAN_UP_TIME = Duration.ofSeconds(3);

    private static final int PREVIEW_FOLDER_THREADS = 4;
    private static final int MAX_PREVIEW_FOLDERS_WAITING = 4_096;

    /** Reading a piece of a preview takes some microseconds, from the page cache. */
    private static final int VIEWER_THREADS = 2;

    private static final int MAX_VIEWERS_WAITING = 10_000;

    private static final Duration SAMPLE_PERIOD = Duration.ofSeconds(3);

    private final Ffmpeg ffmpeg;
    private final ProcessLimits processLimits;
    private final StateFolder state;
    private final OutputVerification verification;
    private final BlockingPool previewFolders =
            new BlockingPool("sluice-previews", PREVIEW_FOLDER_THREADS, MAX_PREVIEW_FOLDERS_WAITING);
    private final BlockingPool viewers = new BlockingPool("sluice-viewer", VIEWER_THREADS, MAX_VIEWERS_WAITING);
    private final Scheduler sampler = Schedulers.newSingle("sluice-sampling", true);
    private final Scheduler stateChecker = Schedulers.newSingle("sluice-state", true);
    private final ProcessLauncher processes;
    private final Admission admission;
    private final Disposable sampling;
    private final Disposable stateChecks;
    private final SessionRegistry streams = new SessionRegistry();
    private final Previews previews;
    private final Receivers receivers;
    private final ReplayMemory replayMemory;
    private final AuthorizerReaper reaper = new AuthorizerReaper();
    private final SessionOperations operations;
    private final MeterBinding.@Nullable Meters meters;
    private final GracefulShutdown shutdown;
    private final Queue<Supplier<Optional<String>>> readiness = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable Mono<DrainReport>> shutdownReport = new AtomicReference<>();
    private volatile ActiveConfig current;
    private volatile Duration maxFinishTimeout;
    private volatile boolean accepting = true;

    /** Replaced by {@link #reconfigure}; each connection keeps the one that was active when it was accepted. */
    private record ActiveConfig(GatewayConfig config, IngestSettings ingest) {}

    private Gateway(
            GatewayConfig config,
            Ffmpeg ffmpeg,
            ProcessLimits processLimits,
            StateFolder state,
            OutputVerification verification,
            @Nullable MeterBinding meterBinding) {
        this.verification = verification;
        this.ffmpeg = ffmpeg;
        this.processLimits = processLimits;
        this.state = state;
        this.processes = ProcessLauncher.create(config.ffmpeg().maxPendingStarts());
        this.previews = new Previews(state, config.outputs().previewLinger(), previewFolders.scheduler());
        this.maxFinishTimeout = config.limits().session().timeouts().finish();
        this.admission =
                new Admission(config.limits().admission(), config.limits().load());
        addReadiness(admission::fullReason);
        addReadiness(state::problem);
        this.receivers = new Receivers(ffmpeg.environment());
        this.replayMemory = new ReplayMemory(config.limits().replayMemory());
        this.operations = new SessionOperations(streams, this::endTimeout);
        this.meters = meterBinding == null
                ? null
                : meterBinding.of(operations, this::isReady, admission::snapshot, replayMemory);
        this.shutdown = new GracefulShutdown(streams, this::endTimeout);
        CapacityCheck.log(config.limits().admission(), config.limits().load());
        this.sampling = sampler.schedulePeriodically(
                admission::sample, SAMPLE_PERIOD.toMillis(), SAMPLE_PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        this.current = activate(config);
        this.stateChecks = stateChecker.schedulePeriodically(
                () -> state.check(current.config().outputs().preview()),
                0,
                SAMPLE_PERIOD.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /**
     * How long {@link #close()} takes at most, and {@link #drain} after its time.
     *
     * @return the time for ending streams, by force in the end, and for releasing resources
     */
    public Duration closeTimeout() {
        return endTimeout().plus(CLEAN_UP_TIME);
    }

    /** How long ending streams can take, force included. */
    private Duration endTimeout() {
        return maxFinishTimeout.plus(FORCE_TIME);
    }

    private ActiveConfig activate(GatewayConfig config) {
        GatewayConfig.Outputs outputs = config.outputs();
        GatewayConfig.Access access = config.access();
        OutputTls tls = verification.of(outputs);
        SessionContext context = new SessionContext(
                config.limits().session(),
                admission,
                streams,
                access.effectiveAuthorizer(),
                new Outputs(outputs.publish(), outputs.enhancedRtmp(), outputs.preview() ? previews : null),
                new StreamPlanner(ffmpeg.capabilities(), tls),
                new FfmpegLauncher(
                        ffmpeg,
                        processes,
                        state::empty,
                        outputs.timeout(),
                        processLimits,
                        config.ffmpeg().limits().maxPixels(),
                        tls),
                receivers,
                replayMemory,
                meters == null ? config.listener() : both(meters, config.listener()));
        return new ActiveConfig(
                config, new IngestSettings(context, access.origins(), access.proxies(), access.proxyHeader()));
    }

    /**
     * Creates a builder.
     *
     * @return a builder with the default configuration
     */
    public static GatewayBuilder builder() {
        return new GatewayBuilder();
    }

    /** Finds the state folder and FFmpeg. Blocks. */
    static Gateway start(GatewayConfig config, @Nullable MeterBinding meterBinding)
            throws IOException, FfmpegUnavailableException {
        StateLocation location = StateLocation.of(config.stateFolder(), System.getenv());
        Ffmpeg ffmpeg = findFfmpeg(config.ffmpeg());
        FfmpegUser user = user(config, ffmpeg);
        ProcessLimits processLimits =
                ProcessLimits.probe(ffmpeg, config.ffmpeg().limits(), user);
        StateFolder state = StateFolder.in(location, user == null ? null : new FileOwner(user.uid(), user.gid()));
        OutputVerification verification = new OutputVerification(ffmpeg, state::root, processLimits);
        try {
            verification.prepare(config);
        } catch (FfmpegUnavailableException e) {
            state.remove();
            throw e;
        }
        return new Gateway(config, ffmpeg, processLimits, state, verification, meterBinding);
    }

    /** Finds out within which limits, and as which user, FFmpeg would run. Blocks. */
    static ProcessLimits limits(GatewayConfig config, Ffmpeg ffmpeg) throws FfmpegUnavailableException {
        return ProcessLimits.probe(ffmpeg, config.ffmpeg().limits(), user(config, ffmpeg));
    }

    private static @Nullable FfmpegUser user(GatewayConfig config, Ffmpeg ffmpeg) throws FfmpegUnavailableException {
        String name = config.ffmpeg().user();
        return name == null ? null : FfmpegUser.find(name, ffmpeg.environment());
    }

    /** Finds and probes the FFmpeg that a gateway would use. Blocks. */
    static Ffmpeg findFfmpeg(GatewayConfig.FfmpegSettings settings) throws FfmpegUnavailableException {
        return new FfmpegLocator(System.getenv(), settings.environment()).locate(settings.program());
    }

    /**
     * Replaces the configuration of the running gateway. Connections accepted from now on use the new configuration;
     * live streams and connected clients keep theirs. Stream keys stay leased, and previews stay available.
     *
     * <p>The builder's configuration is applied as a whole, including its defaults. Settings that depend on the FFmpeg
     * found at the start, or that all streams share, cannot change: {@code ffmpeg}, {@code ffmpegEnvironment},
     * {@code ffmpegLimits}, {@code ffmpegUser}, {@code maxPendingStarts}, {@code replayMemory}, {@code stateFolder} and
     * {@code previewLinger} must be the same as before. The builder's meters are ignored; those of the start remain.
     *
     * <p>If the new configuration has another authorizer, the previous one is disposed of when no client can be waiting
     * for its answer any more. After {@link #close()} or {@link #drain}, this method changes nothing and disposes of
     * the builder's authorizer.
     *
     * @param builder the new configuration; later changes of the builder have no effect
     * @throws IllegalArgumentException with the names of the settings that require a new gateway; nothing has changed
     *     then
     */
    public synchronized void reconfigure(GatewayBuilder builder) {
        GatewayConfig previous = current.config();
        GatewayConfig next = builder.config();
        List<String> unchangeable = previous.restartRequired(next);
        if (!unchangeable.isEmpty()) {
            throw new IllegalArgumentException(
                    "these settings require a new gateway: " + String.join(", ", unchangeable));
        }
        if (!accepting) {
            disposeOf(next);
            return;
        }
        admission.update(next.limits().admission(), next.limits().load());
        verification.prepareInBackground(next);
        current = activate(next);
        maxFinishTimeout = Collections.max(
                List.of(maxFinishTimeout, next.limits().session().timeouts().finish()));
        Authorizer replaced = previous.access().authorizer();
        Authorizer replacement = next.access().authorizer();
        if (replacement != null) {
            reaper.recall(replacement);
        }
        if (replaced != null && replaced != replacement) {
            SessionLimits session = previous.limits().session();
            reaper.retire(
                    replaced, session.timeouts().open().plus(session.timeouts().authorize()));
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
     * Adds the gateway's public routes: {@code /ingest} and {@code /api/v0/stream} for publishers, the pages, the
     * previews, {@code /health/live} and {@code /health/ready}.
     *
     * @param routes the server's routes
     * @param prefix prepended to the paths: empty, or starting and not ending with a slash, such as {@code /live}
     * @throws IllegalArgumentException if the prefix is malformed
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        requireValidPrefix(prefix);
        new IngestRoutes(() -> current.ingest(), this::shutdownFailure).mount(routes, prefix);
        new HealthRoutes(this::whyNotReady).mount(routes, prefix);
        new PageRoutes(
                        () -> !current.config().outputs().publish().isEmpty(),
                        () -> current.config().outputs().preview(),
                        GatewayVersion.VERSION)
                .mount(routes, prefix);
        new PreviewRoutes(
                        previews,
                        viewers.scheduler(),
                        admission.watchGuesses(),
                        request -> current.ingest().clientAddress(request))
                .mount(routes, prefix);
    }

    /**
     * Adds the routes for operators: {@code /api/streams} and health. Mount them on a server that is not public,
     * separate from the routes of {@link #mount}.
     *
     * @param routes that server's routes
     * @param prefix as for {@link #mount}
     * @param access decides who can use them, such as {@link io.sluice.gateway.admin.TokenFile}; health is always
     *     allowed
     * @throws IllegalArgumentException if the prefix is malformed
     */
    public void mountAdmin(HttpServerRoutes routes, String prefix, AdminAccess access) {
        mountAdmin(routes, prefix, access, null);
    }

    /**
     * Adds the routes for operators, with metrics at {@code /metrics}.
     *
     * @param routes that server's routes
     * @param prefix as for {@link #mount}
     * @param access decides who can use them; health is always allowed
     * @param metrics supplies the response of {@code /metrics} in the Prometheus text format; called off the event
     *     loops, can block; null for no metrics
     * @throws IllegalArgumentException if the prefix is malformed
     */
    public void mountAdmin(
            HttpServerRoutes routes, String prefix, AdminAccess access, @Nullable Supplier<String> metrics) {
        requireValidPrefix(prefix);
        new HealthRoutes(this::whyNotReady).mount(routes, prefix);
        new AdminIndexRoutes(GatewayVersion.VERSION, metrics != null).mount(routes, prefix);
        new AdminRoutes(operations, access, metrics).mount(routes, prefix);
    }

    private static void requireValidPrefix(String prefix) {
        if (!prefix.isEmpty() && (!prefix.startsWith("/") || prefix.endsWith("/"))) {
            throw new IllegalArgumentException(
                    "the prefix must be empty, or start and not end with a slash: " + prefix);
        }
    }

    /**
     * All sessions, including those that are not live yet or are ending.
     *
     * @return a snapshot, the oldest session first; progress figures can be up to a second old
     */
    public List<SessionStatus> streams() {
        return operations.sessions();
    }

    /**
     * Ends one session gracefully when subscribed to: received media is delivered, FFmpeg writes its trailer, and the
     * client receives {@code ended-by-operator}.
     *
     * @param sessionId the id of the session
     * @param reason sent to the client and logged, without control characters and stream keys; may be empty
     * @return the final status, on any thread; a status that is not final if the end takes too long; empty if there is
     *     no such session
     */
    public Mono<SessionStatus> end(String sessionId, String reason) {
        return operations.end(sessionId, reason);
    }

    /**
     * Ends every session under a stream key, for example one that was revoked, as {@link #end(String, String)} does.
     *
     * @param streamKey the stream key
     * @param reason sent to the client and logged; may be empty
     * @return the final status of each session, on any thread
     */
    public Flux<SessionStatus> end(StreamKey streamKey, String reason) {
        return operations.end(streamKey, reason);
    }

    /**
     * Whether new streams are accepted.
     *
     * @return false while the gateway is at capacity or its state folder is not usable, and after {@link #close()} or
     *     {@link #drain} was subscribed to
     */
    public boolean isReady() {
        return whyNotReady().isEmpty();
    }

    private Optional<String> whyNotReady() {
        if (!accepting) {
            return Optional.of("the gateway is shutting down");
        }
        return readiness.stream().map(Supplier::get).flatMap(Optional::stream).findFirst();
    }

    /**
     * Adds a condition without which the gateway is not ready, and {@code /health/ready} answers 503 with the reason.
     *
     * @param whyNot why the gateway cannot accept streams, without secrets, quotes and backslashes; empty if it can;
     *     called for each request, on an event loop
     */
    public void addReadiness(Supplier<Optional<String>> whyNot) {
        readiness.add(whyNot);
    }

    /**
     * The descriptors of the process, for servers that limit their connections.
     *
     * @return the ledger, which knows the streams' pipes
     */
    public DescriptorLedger descriptors() {
        return admission.descriptors();
    }

    /**
     * The current load and capacity.
     *
     * @return a snapshot
     */
    public AdmissionSnapshot admission() {
        return admission.snapshot();
    }

    /**
     * The configuration for new connections.
     *
     * @return the one set by the last {@link #reconfigure}, or by the start
     */
    public GatewayConfig config() {
        return current.config();
    }

    private Optional<Failure> shutdownFailure() {
        return accepting ? Optional.empty() : Optional.of(GracefulShutdown.refusal());
    }

    /**
     * The number of sessions, including those that are not live yet or are ending.
     *
     * @return the current number
     */
    public int sessionCount() {
        return streams.sessions().size();
    }

    /**
     * Ends every stream gracefully and now, when subscribed to: no more media is accepted, FFmpeg writes its trailers,
     * and the clients are notified. Streams that do not end in time are ended by force. Ends the drain time of a
     * running {@link #drain}. The gateway then releases its resources, its authorizer included, and cannot be used
     * again.
     *
     * @return completes, on any thread, when no FFmpeg is running any more; a {@link TimeoutException} if one might be.
     *     All subscribers receive the same result
     */
    public Mono<Void> close() {
        return Mono.defer(() -> {
                    Mono<DrainReport> report = shutDown(Duration.ZERO);
                    shutdown.skipDrain();
                    return report;
                })
                .flatMap(report -> report.stillRunning().isEmpty()
                        ? Mono.empty()
                        : Mono.error(new TimeoutException("Some streams have not ended: " + report)));
    }

    /**
     * Shuts down gracefully when subscribed to: new streams are refused with a retry time; live streams continue for a
     * limited time, of which their clients are notified, and then end as by {@link #close()}. The first subscription
     * decides the time; later ones receive the same result.
     *
     * @param time how long live streams can continue
     * @return the report, on any thread, when all streams have ended or cannot be ended; never an error
     */
    public Mono<DrainReport> drain(Duration time) {
        return Mono.defer(() -> shutDown(time));
    }

    /**
     * Ends by force the streams that {@link #close()} or {@link #drain} waits for: FFmpeg may not write its trailers.
     */
    public void force() {
        shutdown.force();
    }

    private Mono<DrainReport> shutDown(Duration time) {
        shutdownReport.compareAndSet(null, Mono.defer(() -> startShutdown(time)).cache());
        return Objects.requireNonNull(shutdownReport.get());
    }

    private Mono<DrainReport> startShutdown(Duration time) {
        synchronized (this) {
            accepting = false;
        }
        int sessions = sessionCount();
        if (sessions > 0) {
            LOG.info("Ending {} sessions{}", sessions, time.isZero() ? "" : " within " + time.toSeconds() + " s");
        }
        return shutdown.start(time)
                .flatMap(report -> cleanUp().run(CLEAN_UP_TIME).map(report::leaving))
                .doOnNext(report -> {
                    if (!report.notReleased().isEmpty()) {
                        LOG.warn(
                                "Not released within {} s: {}. The gateway stops nonetheless.",
                                CLEAN_UP_TIME.toSeconds(),
                                String.join(", ", report.notReleased()));
                    }
                });
    }

    private CleanUp cleanUp() {
        return new CleanUp()
                .step("the load measurement", () -> {
                    sampling.dispose();
                    sampler.dispose();
                })
                .step("replaced authorizers", reaper::disposeAll)
                .step("the authorizer", () -> disposeOf(current.config()))
                .step("the probes of RTMP servers", receivers::close)
                .step("the threads that start FFmpeg", processes::dispose)
                .step("the meters", () -> {
                    if (meters != null) {
                        meters.close();
                    }
                })
                .step("the state folder " + state, () -> {
                    stateChecks.dispose();
                    stateChecker.dispose();
                    previewFolders.dispose();
                    viewers.dispose();
                    state.remove();
                });
    }

    /** The version, the FFmpeg in use and the outputs, without secrets. */
    @Override
    public String toString() {
        return "Sluice " + GatewayVersion.VERSION + " with " + ffmpeg + ", publishing to "
                + current.config().outputs();
    }
}
