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
 * The server's certificate and key in PEM files. Renewed files are picked up by the handshakes that come a moment after; connections go on
 * with what they began with. Files that do not belong together, as while they are being renewed, change nothing.
 */
public final class TlsFiles {

    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final Scheduler blocking = Schedulers.boundedElastic();
    private final AtomicLong nextLookNanos;
    private volatile InUse current;

    /** What handshakes get, and the files that it was read from. */
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
     * @throws IOException with words for the operator if they cannot be used
     */
    public TlsFiles(Path certificates, Path key) throws IOException {
        this.current = InUse.of(new PemFiles(certificates, key));
        this.nextLookNanos = new AtomicLong(System.nanoTime() + PAUSE.toNanos());
    }

    /** From now on shows and follows what the other does, which may be in other files. */
    synchronized void become(TlsFiles other) {
        current = other.current;
    }

    /** For a server: each handshake asks for what is current, whatever name the client has for the server. */
    SslProvider provider() {
        SslProvider first = current.provider();
        return SslProvider.builder()
                .sslContext(first.getSslContext())
                .setSniAsyncMappings((name, promise) -> promise.setSuccess(current()))
                .build();
    }

    /** Never blocks: who asks first after a change still gets what was before. */
    private SslProvider current() {
        long due = nextLookNanos.get();
        if (System.nanoTime() - due >= 0 && nextLookNanos.compareAndSet(due, System.nanoTime() + PAUSE.toNanos())) {
            blocking.schedule(this::look);
        }
        return current.provider();
    }

    private synchronized void look() {
        InUse before = current;
        try {
            if (!Stamps.of(before.files()).equals(before.stamps())) {
                current = InUse.of(before.files());
                LOG.info(
                        "TLS with the renewed certificate in {}", before.files().certificates());
            }
        } catch (IOException e) {
            LOG.error("The certificate stays as it was: {}", e.getMessage());
        }
    }
}
