package io.sluice.gateway.server;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.netty.tcp.SslProvider;

/**
 * A certificate and its private key, in PEM. All methods block.
 *
 * @param certificates the file with the certificate and those that it depends on
 * @param key the file with its key
 */
record PemFiles(Path certificates, Path key) {

    private static final Logger LOG = LoggerFactory.getLogger(PemFiles.class);
    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    /**
     * Reads both, and tries the one on the other.
     *
     * @throws IOException with words for the operator if they cannot be used
     */
    SslProvider read() throws IOException {
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
