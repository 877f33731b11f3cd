package io.sluice.gateway.ffmpeg.install;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The file of certificate authorities that FFmpeg trusts. It has to be named, because a build from elsewhere looks for
 * one where its own system has it, and some look nowhere. Blocks.
 */
public final class TrustedAuthorities {

    /** Debian, Alpine; Fedora, RHEL; SUSE; BSD, macOS; older Fedora. */
    private static final List<String> SYSTEM = List.of(
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/ca-bundle.pem",
            "/etc/ssl/cert.pem",
            "/etc/pki/tls/certs/ca-bundle.crt");

    private TrustedAuthorities() {}

    /**
     * Finds the system's file, or else writes one with the authorities that Java trusts.
     *
     * @param environment FFmpeg's; its {@code SSL_CERT_FILE} comes first
     * @param folder where to write a file
     * @return the file
     * @throws IOException if there is none and it cannot be written
     */
    public static Path find(Map<String, String> environment, Path folder) throws IOException {
        Optional<Path> system = Stream.concat(Stream.ofNullable(environment.get("SSL_CERT_FILE")), SYSTEM.stream())
                .map(Path::of)
                .filter(file -> Files.isRegularFile(file) && Files.isReadable(file))
                .findFirst();
        return system.isPresent() ? system.get() : export(folder.resolve("authorities.pem"));
    }

    /**
     * Checks a file that the operator names.
     *
     * @param file in PEM
     * @throws IOException with a message for operators if it has no certificates
     */
    public static void check(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + (Files.exists(file) ? " is not a regular file" : " does not exist"));
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            if (!CertificateFactory.getInstance("X.509")
                    .generateCertificates(in)
                    .isEmpty()) {
                return;
            }
        } catch (GeneralSecurityException e) {
            // Its message is about encodings.
        }
        throw new IOException(file + " contains no PEM certificate");
    }

    private static Path export(Path file) throws IOException {
        StringBuilder pem = new StringBuilder();
        Base64.Encoder base64 = Base64.getMimeEncoder(64, new byte[] {'\n'});
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            @Nullable KeyStore javas = null;
            trust.init(javas);
            for (X509Certificate authority : authorities(trust)) {
                pem.append("-----BEGIN CERTIFICATE-----\n")
                        .append(base64.encodeToString(authority.getEncoded()))
                        .append("\n-----END CERTIFICATE-----\n");
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("Java's certificate authorities cannot be read", e);
        }
        if (pem.isEmpty()) {
            throw new IOException("there are no certificate authorities on this machine; set --output-ca-file");
        }
        return Files.writeString(file, pem, StandardCharsets.US_ASCII);
    }

    private static List<X509Certificate> authorities(TrustManagerFactory trust) {
        return Arrays.stream(trust.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .flatMap(manager -> Arrays.stream(((X509TrustManager) manager).getAcceptedIssuers()))
                .toList();
    }
}
