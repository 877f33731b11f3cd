package io.sluice.gateway;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.tcp.SslProvider;

/**
 * The server's certificate and key in PEM files. Renewed files are picked up by the handshakes that come a moment after; connections go on
 * with what they began with. Files that do not belong together, as while they are being renewed, change nothing.
 */
final class TlsFiles {

    private static final Logger LOG = LoggerFactory.getLogger(TlsFiles.class);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    private final Path certificates;
    private final Path key;
    private final Scheduler blocking = Schedulers.boundedElastic();
    private final AtomicLong nextLookNanos;
    private volatile Stamp stamp;
    private volatile SslProvider current;

    private record Stamp(FileTime certificates, FileTime key) {}

    /**
     * Reads the files. Blocks.
     *
     * @throws IOException with words for the operator if they cannot be used
     */
    TlsFiles(Path certificates, Path key) throws IOException {
        this.certificates = certificates;
        this.key = key;
        this.stamp = stamp();
        this.current = read();
        this.nextLookNanos = new AtomicLong(System.nanoTime() + PAUSE.toNanos());
    }

    /** For a server: each handshake asks for what is current, whatever name the client has for the server. */
    SslProvider provider() {
        SslProvider first = current;
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
        return current;
    }

    private void look() {
        try {
            Stamp now = stamp();
            if (!now.equals(stamp)) {
                current = read();
                stamp = now;
                LOG.info("TLS with the renewed certificate in {}", certificates);
            }
        } catch (IOException e) {
            LOG.error("The certificate stays as it was: {}", e.getMessage());
        }
    }

    private Stamp stamp() throws IOException {
        return new Stamp(Files.getLastModifiedTime(certificates), Files.getLastModifiedTime(key));
    }

    private SslProvider read() throws IOException {
        List<X509Certificate> chain = chain();
        PrivateKey secret = secret(chain.get(0).getPublicKey().getAlgorithm());
        try {
            if (!belongTogether(chain.get(0), secret)) {
                throw new IOException("the key in " + key + " is not that of the certificate in " + certificates);
            }
            SslContext context = SslContextBuilder.forServer(secret, chain)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
            return SslProvider.builder().sslContext(context).build();
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS cannot be set up with the certificate in " + certificates, e);
        }
    }

    private List<X509Certificate> chain() throws IOException {
        try {
            List<X509Certificate> chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(certificates)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (GeneralSecurityException e) {
            LOG.debug("No certificate", e);
        }
        throw new IOException("there is no certificate in PEM in " + certificates);
    }

    private PrivateKey secret(String algorithm) throws IOException {
        Matcher block = KEY.matcher(Files.readString(key, StandardCharsets.US_ASCII));
        if (block.find()) {
            try {
                byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // Its words could repeat the key.
                throw new IOException(
                        "the private key in " + key + " is not one of the certificate's kind, " + algorithm);
            }
        }
        throw new IOException(
                "there is no unencrypted PRIVATE KEY in PEM in " + key + "; openssl pkcs8 -topk8 -nodes makes one");
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey secret)
            throws GeneralSecurityException {
        String name = switch (secret.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> secret.getAlgorithm();
        };
        byte[] sample = "does this key belong to that certificate?".getBytes(StandardCharsets.US_ASCII);
        Signature signing = Signature.getInstance(name);
        signing.initSign(secret);
        signing.update(sample);
        Signature checking = Signature.getInstance(name);
        checking.initVerify(certificate.getPublicKey());
        checking.update(sample);
        return checking.verify(signing.sign());
    }
}
