package io.sluice.gateway.server;

import io.sluice.gateway.files.FileStamp;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.tcp.SslProvider;

/**
 * The server's certificate and key in PEM files. Renewed files apply to new handshakes a moment later; existing
 * connections are not affected. Files that do not belong together, as while they are being renewed, change nothing.
 */
public final class TlsFiles {

    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);

    private final Scheduler blocking = Schedulers.boundedElastic();
    private final AtomicLong nextCheckNanos;
    private volatile InUse current;

    /** The provider of handshakes, and the files that it was read from. */
    private record InUse(PemFiles files, Stamps stamps, SslProvider provider) {

        static InUse of(PemFiles files) throws IOException {
            Stamps stamps = Stamps.of(files);
            return new InUse(files, stamps, files.read());
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
     * @throws IOException with a message for the operator if they cannot be used
     */
    public TlsFiles(Path certificates, Path key) throws IOException {
        this.current = InUse.of(new PemFiles(certificates, key));
        this.nextCheckNanos = new AtomicLong(System.nanoTime() + CHECK_INTERVAL.toNanos());
    }

    /** Uses the other's certificate and files from now on. */
    synchronized void update(TlsFiles other) {
        current = other.current;
    }

    /** For a server: each handshake uses the current certificate, whatever server name the client sends. */
    SslProvider provider() {
        SslProvider first = current.provider();
        return SslProvider.builder()
                .sslContext(first.getSslContext())
                .setSniAsyncMappings((name, promise) -> promise.setSuccess(current()))
                .build();
    }

    /** Never blocks: the first handshake after a change still gets the previous certificate. */
    private SslProvider current() {
        long due = nextCheckNanos.get();
        if (System.nanoTime() - due >= 0
                && nextCheckNanos.compareAndSet(due, System.nanoTime() + CHECK_INTERVAL.toNanos())) {
            blocking.schedule(this::checkFiles);
        }
        return current.provider();
    }

    private synchronized void checkFiles() {
        InUse before = current;
        try {
            if (!Stamps.of(before.files()).equals(before.stamps())) {
                current = InUse.of(before.files());
                LOG.info("TLS certificate reloaded from {}", before.files().certificates());
            }
        } catch (IOException e) {
            LOG.error("TLS certificate not reloaded, the previous one stays active: {}", e.getMessage());
        }
    }
}
