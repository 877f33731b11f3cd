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

/** The HTTP server around a gateway, until the process is asked to end. */
public final class GatewayServer {

    private static final Logger LOG = LoggerFactory.getLogger(GatewayServer.class);

    /** Hundreds of pages may come back in the same second after a restart. */
    private static final int ACCEPT_BACKLOG = 4_096;

    /**
     * Of kept-alive HTTP connections. Reactor Netty's request timeout is not used: it would end a WebSocket in the
     * middle of its stream. {@link RequestTimeoutHandler} stands in for it.
     */
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private static final int IN_ORDER = 0;
    private static final int NOT_IN_ORDER = 1;
    /** 2 is for the command line. */
    private static final int FORCED = 3;

    private final AtomicInteger asked = new AtomicInteger();
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
     * Starts, and leaves the server running. Blocks until it listens.
     *
     * @throws FfmpegUnavailableException if there is no FFmpeg to work with
     * @throws IOException if it cannot listen
     */
    public static GatewayServer start(ServerConfig config) throws FfmpegUnavailableException, IOException {
        String host = config.host();
        int port = config.port();
        TlsFiles tls = config.tls();
        AdminListener operators = config.admin();
        Gateway gateway = started(config.gateway());
        LoopResources loops =
                LoopResources.create("sluice-loop", Runtime.getRuntime().availableProcessors(), false);
        AdminServer admin = null;
        DisposableServer server;
        try {
            admin = operators == null ? null : AdminServer.start(gateway, operators, tls);
            ConnectionLimiter doorkeeper = new ConnectionLimiter(
                    config.connections().within(gateway.admission().maxOpenFiles()), IDLE_TIMEOUT);
            if (operators != null) {
                operators.meters().watch(doorkeeper);
            }
            HttpServer http = doorkeeper.watching(HttpServer.create());
            server = (tls == null ? http : http.secure(tls.provider()))
                    .host(host)
                    .port(port)
                    .runOn(loops)
                    .option(ChannelOption.SO_BACKLOG, ACCEPT_BACKLOG)
                    .idleTimeout(IDLE_TIMEOUT)
                    .httpMessageLogFactory(new RedactedRequestLog())
                    .route(routes -> gateway.mount(routes, ""))
                    .bindNow();
        } catch (IOException e) {
            gateway.close().block();
            throw e;
        } catch (ChannelBindException e) {
            gateway.close().block();
            if (admin != null) {
                admin.stop(STOP_TIMEOUT).block();
            }
            throw new IOException(
                    "cannot listen on " + host + ":" + port + ": "
                            + Objects.requireNonNullElse(e.getCause(), e).getMessage()
                            + "; choose another with --host and --port",
                    e);
        }
        GatewayServer started = new GatewayServer(gateway, server, loops, tls, admin, config.drainTime());
        Runtime.getRuntime().addShutdownHook(new Thread(started::stop, "sluice-stop"));
        Signals.on("TERM", started::asked);
        Signals.on("INT", started::asked);
        started.sayWhereToGo();
        return started;
    }

    /** Takes over what was read again and is sound, for the streams that begin from now on. */
    public void apply(ServerConfig next) {
        gateway.reconfigure(next.gateway());
        if (tls != null && next.tls() != null) {
            tls.become(next.tls());
        }
        drainTime = next.drainTime();
        sayWhoMayCome();
    }

    private static Gateway started(GatewayBuilder builder) throws FfmpegUnavailableException, IOException {
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

    private void sayWhereToGo() {
        InetSocketAddress address = (InetSocketAddress) server.address();
        String host =
                address.getAddress().isAnyLocalAddress() || address.getAddress().isLoopbackAddress()
                        ? "localhost"
                        : address.getHostString();
        LOG.info("{}", gateway);
        sayWhoMayCome();
        LOG.info("Ready: go live at {}://{}:{}", tls == null ? "http" : "https", host, server.port());
        if (admin != null) {
            admin.sayWhere();
        }
    }

    private void sayWhoMayCome() {
        InetSocketAddress address = (InetSocketAddress) server.address();
        if (gateway.config().access().authorizer() == null
                && !address.getAddress().isLoopbackAddress()) {
            LOG.warn(
                    "OPEN TO EVERYBODY: who reaches {} may publish, at this machine's cost and to {}",
                    address,
                    gateway.config().outputs());
            LOG.warn("Set --auth-key-file, --auth-jwt-keys or --auth-url, or listen on localhost");
        }
        if (gateway.config().access().origins().allowsAny()) {
            LOG.warn(
                    "Every web page that somebody visits may publish here through that somebody's browser: --allow-origin *");
        }
    }

    /** The first time, the JVM is asked to end, whose hook does the rest; who asks again is in a hurry. */
    private void asked() {
        switch (asked.incrementAndGet()) {
            case 1 -> System.exit(0);
            case 2 -> {
                LOG.info("Asked again: not waiting for streams to end by themselves");
                gateway.close().subscribe(null, error -> {});
            }
            default -> {
                LOG.warn("Asked once more: not waiting for trailers");
                gateway.force();
            }
        }
    }

    /** Runs as the shutdown hook, so the JVM waits for it; each step has a bound. */
    private void stop() {
        LOG.info("Stopping");
        int exitCode = IN_ORDER;
        try {
            DrainReport report = Objects.requireNonNull(gateway.drain(drainTime).block());
            exitCode = report.stillRunning().isEmpty() ? report.isGraceful() ? IN_ORDER : FORCED : NOT_IN_ORDER;
            LOG.atLevel(report.isGraceful() ? Level.INFO : Level.WARN).log("Shutdown: {}", report);
            server.disposeNow(STOP_TIMEOUT);
            Mono.when(
                            loops.disposeLater(Duration.ZERO, STOP_TIMEOUT),
                            admin == null ? Mono.empty() : admin.stop(STOP_TIMEOUT))
                    .block(STOP_TIMEOUT);
        } catch (RuntimeException e) {
            exitCode = NOT_IN_ORDER;
            LOG.error("Not everything could be stopped in order", e);
        }
        LOG.info("Stopped");
        LoggerFlush.flush();
        // The JVM would report the signal (143), which tells an operator nothing about how the streams ended.
        Runtime.getRuntime().halt(exitCode);
    }
}
