package io.sluice.gateway.server;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.sluice.gateway.files.FileStamp;
import io.sluice.gateway.threads.BlockingPool;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.tcp.SslProvider;

/**
 * TLS for the listeners, with a certificate and key in PEM files. Renewed files apply to new handshakes a moment later;
 * existing connections are not affected. Files that do not belong together, as while they are being renewed, change
 * nothing.
 *
 * <p>Handshakes are computed on a thread of their own, and limited ({@link HandshakeLimiter}).
 */
public final class TlsFiles {

    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);
    private static final String HSTS = "sluice.hsts";

    /** Nothing runs while a file's storage hangs; the certificate stays as it is. */
    private final Scheduler reading = BlockingPool.newThreads("sluice-tls-files");

    private final AtomicBoolean isReading = new AtomicBoolean();
    private final TlsSettings settings;
    private final HandshakeLimiter limiter;
    private final Executor handshakes;
    private final AtomicLong nextCheckNanos;
    private volatile InUse current;

    /** The provider of handshakes, and the files that it was read from. */
    private record InUse(PemFiles files, Stamps stamps, SslContext context, SslProvider provider) {

        static InUse of(PemFiles files, Executor handshakes) throws IOException {
            Stamps stamps = Stamps.of(files);
            SslContext context = files.read();
            return new InUse(files, stamps, context, provider(context, handshakes));
        }

        InUse with(Executor handshakes) {
            return new InUse(files, stamps, context, provider(context, handshakes));
        }

        private static SslProvider provider(SslContext context, Executor handshakes) {
            return SslProvider.builder()
                    .sslContext(new OffLoopSslContext(context, handshakes))
                    .build();
        }
    }

    private record Stamps(FileStamp certificates, FileStamp key) {

        static Stamps of(PemFiles files) throws IOException {
            return new Stamps(FileStamp.of(files.certificates()), FileStamp.of(files.key()));
        }
    }

    /**
     * Reads the files. Blocks.
     *
     * @param certificates the certificate chain
     * @param key the private key
     * @param settings the limits of handshakes
     * @throws IOException with a message for the operator if they cannot be used
     */
    public TlsFiles(Path certificates, Path key, TlsSettings settings) throws IOException {
        this.settings = settings;
        this.limiter = new HandshakeLimiter(settings);
        // Each handshake in progress has one task at most. One thread leaves the other processors to media.
        this.handshakes = new BlockingPool("sluice-tls", 1, 2 * HandshakeLimiter.MAX_IN_PROGRESS);
        this.current = InUse.of(new PemFiles(certificates, key), handshakes);
        this.nextCheckNanos = new AtomicLong(System.nanoTime() + CHECK_INTERVAL.toNanos());
    }

    /** Uses the other's certificate and files from now on. */
    synchronized void update(TlsFiles other) {
        current = other.current.with(handshakes);
    }

    /** Handshakes that were refused since the start. */
    long refusedHandshakes() {
        return limiter.refused();
    }

    /**
     * A server with TLS: each handshake uses the current certificate, whatever server name the client sends.
     *
     * @param server the server without TLS
     * @param isProxy which addresses are exempt from the limit of handshakes per address
     */
    HttpServer secure(HttpServer server, Predicate<InetSocketAddress> isProxy) {
        SslProvider provider = SslProvider.builder()
                .sslContext(current.provider().getSslContext())
                .setSniAsyncMappings((name, promise) -> promise.setSuccess(current()))
                .build();
        return server.secure(provider)
                .doOnChannelInit((observer, channel, address) -> addTo(channel.pipeline(), isProxy));
    }

    private void addTo(ChannelPipeline pipeline, Predicate<InetSocketAddress> isProxy) {
        // A connection that was refused immediately has no handlers any more.
        if (pipeline.get(NettyPipeline.SslHandler) == null) {
            return;
        }
        HandshakeGuard.addTo(pipeline, limiter, isProxy);
        if (!settings.hstsMaxAge().isZero()) {
            pipeline.addAfter(NettyPipeline.HttpCodec, HSTS, new StrictTransportSecurity(settings.hstsMaxAge()));
        }
    }

    /** Never blocks: the first handshake after a change still gets the previous certificate. */
    private SslProvider current() {
        long due = nextCheckNanos.get();
        if (System.nanoTime() - due >= 0
                && nextCheckNanos.compareAndSet(due, System.nanoTime() + CHECK_INTERVAL.toNanos())
                && isReading.compareAndSet(false, true)) {
            reading.schedule(this::checkFiles);
        }
        return current.provider();
    }

    private void checkFiles() {
        InUse before = current;
        try {
            if (!Stamps.of(before.files()).equals(before.stamps())) {
                replace(before, InUse.of(before.files(), handshakes));
            }
        } catch (IOException e) {
            LOG.error("TLS certificate not reloaded, the previous one stays active: {}", e.getMessage());
        } finally {
            isReading.set(false);
        }
    }

    /** Unless the configuration has named other files meanwhile. */
    private synchronized void replace(InUse before, InUse read) {
        if (current.equals(before)) {
            current = read;
            LOG.info("TLS certificate reloaded from {}", read.files().certificates());
        }
    }
}
