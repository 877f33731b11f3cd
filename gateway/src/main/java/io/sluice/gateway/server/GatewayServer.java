package io.sluice.gateway.server;

import io.netty.channel.ChannelOption;
import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.operations.DrainReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.netty.ChannelBindException;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** The HTTP server around a gateway. It runs until the process is asked to stop. */
public final class GatewayServer {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);

    /** Hundreds of pages may reconnect in the same second after a restart. */
    private static final int ACCEPT_BACKLOG = 4_096;

    /**
     * Of kept-alive HTTP connections. Reactor Netty's request timeout is not used, because it would end a WebSocket in
     * the middle of its stream; {@link RequestTimeoutHandler} replaces it.
     */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STOP_MARGIN = Duration.ofSeconds(1);

    private static final int GRACEFUL = 0;
    private static final int INCOMPLETE = 1;
    /** 2 is the exit code of invalid options. */
    private static final int FORCED = 3;

    private final AtomicInteger stopSignals = new AtomicInteger();
    private volatile Duration drainTime;
    private final Gateway gateway;
    private final DisposableServer server;
    private final LoopResources loops;
    private final @Nullable TlsFiles tls;
    private final @Nullable AdminServer admin;

    private GatewayServer(
            Gateway gateway,
            DisposableServer server,
            LoopResources loops,
            @Nullable TlsFiles tls,
            @Nullable AdminServer admin,
            Duration drainTime) {
        this.drainTime = drainTime;
        this.tls = tls;
        this.admin = admin;
        this.gateway = gateway;
        this.server = server;
        this.loops = loops;
    }

    /**
     * Starts the server. Blocks until it listens.
     *
     * @param config the configuration
     * @return the running server
     * @throws FfmpegUnavailableException if no FFmpeg works
     * @throws IOException if it cannot listen
     */
    public static GatewayServer start(ServerConfig config) throws FfmpegUnavailableException, IOException {
        String host = config.host();
        int port = config.port();
        TlsFiles tls = config.tls();
        AdminListener adminListener = config.admin();
        Gateway gateway = startGateway(config.gateway());
        LoopResources loops =
                LoopResources.create("sluice-loop", Runtime.getRuntime().availableProcessors(), false);
        AdminServer admin = null;
        DisposableServer server;
        try {
            admin = adminListener == null ? null : AdminServer.start(gateway, adminListener, tls);
            Predicate<InetSocketAddress> isProxy =
                    address -> gateway.config().access().proxies().includes(address);
            ConnectionLimiter limiter = new ConnectionLimiter(
                    "publishers' listener", config.connections(), gateway.descriptors(), isProxy, IDLE_TIMEOUT, false);
            gateway.addReadiness(limiter::fullReason);
            if (adminListener != null) {
                adminListener.meters().watchConnections("sluice.connections", "publishers'", limiter);
                if (tls != null) {
                    adminListener.meters().watchTls(tls);
                }
            }
            HttpServer http = limiter.limit(RequestTargetHandler.check(HttpServer.create()));
            server = (tls == null ? http : tls.secure(http, isProxy))
                    .host(host)
                    .port(port)
                    .runOn(loops)
                    .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
                    .idleTimeout(IDLE_TIMEOUT)
                    .httpMessageLogFactory(new RedactedRequestLog())
                    .route(routes -> gateway.mount(routes, ""))
                    .bindNow();
        } catch (IOException e) {
            gateway.close().block(gateway.closeTimeout());
            throw e;
        } catch (ChannelBindException e) {
            gateway.close().block(gateway.closeTimeout());
            if (admin != null) {
                admin.stop(STOP_TIMEOUT).block(STOP_TIMEOUT.plus(STOP_MARGIN));
            }
            throw new IOException(
                    "cannot listen on " + host + ":" + port + ": "
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage()
                            + "; choose another with --host and --port",
                    e);
        }
        GatewayServer started = new GatewayServer(gateway, server, loops, tls, admin, config.drainTime());
        Runtime.getRuntime().addShutdownHook(new Thread(started::stop, "sluice-stop"));
        Signals.on("TERM", started::onStopSignal);
        Signals.on("INT", started::onStopSignal);
        started.logReady(config);
        return started;
    }

    /**
     * Applies a reloaded configuration to new streams.
     *
     * @param next a valid configuration; what needs a restart is as in the one before
     */
    public void apply(ServerConfig next) {
        gateway.reconfigure(next.gateway());
        if (tls != null && next.tls() != null) {
            tls.update(next.tls());
        }
        drainTime = next.drainTime();
        logWarnings(next);
    }

    private static Gateway startGateway(GatewayBuilder builder) throws FfmpegUnavailableException, IOException {
        try {
            return Objects.requireNonNull(builder.start().block());
        } catch (RuntimeException e) {
            Throwable cause = Exceptions.unwrap(e);
            if (cause instanceof FfmpegUnavailableException unavailable) {
                throw unavailable;
            }
            if (cause instanceof IOException failed) {
                throw failed;
            }
            throw e;
        }
    }

    private void logReady(ServerConfig config) {
        InetSocketAddress address = (InetSocketAddress) server.address();
        String host =
                address.getAddress().isAnyLocalAddress() || address.getAddress().isLoopbackAddress()
                        ? "localhost"
                        : address.getHostString();
        LOG.info("{}", gateway);
        logWarnings(config);
        LOG.info("Ready: go live at {}://{}:{}", tls == null ? "http" : "https", host, server.port());
        if (admin != null) {
            admin.logAddress();
        }
    }

    private static void logWarnings(ServerConfig config) {
        ConfigWarnings.of(config).forEach(LOG::warn);
    }

    /** The first signal makes the JVM exit, whose shutdown hook stops the server; later ones shorten the wait. */
    private void onStopSignal() {
        switch (stopSignals.incrementAndGet()) {
            case 1 -> System.exit(0);
            case 2 -> {
                LOG.info("Second signal: ending all streams now, gracefully");
                gateway.close().subscribe(null, error -> {});
            }
            default -> {
                LOG.warn("Third signal: ending all streams by force");
                gateway.force();
            }
        }
    }

    /** Runs as the shutdown hook, so the JVM waits for it, until the deadline at the latest. */
    private void stop() {
        LOG.info("Stopping");
        Duration drain = drainTime;
        Duration streams = drain.plus(gateway.closeTimeout());
        StopDeadline deadline = StopDeadline.start(streams.plus(STOP_TIMEOUT).plus(STOP_MARGIN), () -> {
            LoggerFlush.flush();
            Runtime.getRuntime().halt(INCOMPLETE);
        });
        int exitCode = INCOMPLETE;
        try {
            deadline.waitingFor("the streams and what they used");
            DrainReport report = Objects.requireNonNull(gateway.drain(drain).block(streams.plus(STOP_MARGIN)));
            exitCode = exitCode(report);
            LOG.atLevel(exitCode == GRACEFUL ? Level.INFO : Level.WARN).log("Shutdown: {}", report);
            deadline.waitingFor("the listeners");
            server.dispose();
            Mono.when(
                            server.onDispose().then(loops.disposeLater(Duration.ZERO, STOP_TIMEOUT)),
                            admin == null ? Mono.empty() : admin.stop(STOP_TIMEOUT))
                    .block(STOP_TIMEOUT);
        } catch (RuntimeException e) {
            exitCode = INCOMPLETE;
            LOG.error("Shutdown incomplete", e);
        }
        LOG.info("Stopped");
        deadline.waitingFor("the log");
        LoggerFlush.flush();
        // The JVM would report the signal (143), which does not tell an operator how the streams ended.
        Runtime.getRuntime().halt(exitCode);
    }

    private static int exitCode(DrainReport report) {
        if (!report.stillRunning().isEmpty() || !report.notReleased().isEmpty()) {
            return INCOMPLETE;
        }
        return report.isGraceful() ? GRACEFUL : FORCED;
    }
}
