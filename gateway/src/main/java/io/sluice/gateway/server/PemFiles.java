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

/**
 * A certificate and its private key, in PEM. All methods block.
 *
 * @param certificates the file with the certificate chain
 * @param key the file with the certificate's private key
 */
record PemFiles(Path certificates, Path key) {

    private static final Logger LOG = LoggerFactory.getLogger(PemFiles.class);
    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]+)-----END PRIVATE KEY-----");

    /**
     * Reads both, and checks that they belong together.
     *
     * @throws IOException with a message for the operator if they cannot be used
     */
    SslContext read() throws IOException {
        List<X509Certificate> chain = chain();
        PrivateKey privateKey = privateKey(chain.get(0).getPublicKey().getAlgorithm());
        try {
            if (!matches(chain.get(0), privateKey)) {
                throw new IOException("the key in " + key + " does not belong to the certificate in " + certificates);
            }
            return SslContextBuilder.forServer(privateKey, chain)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS does not work with the certificate in " + certificates, e);
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
        throw new IOException("no PEM certificate in " + certificates);
    }

    private PrivateKey privateKey(String algorithm) throws IOException {
        Matcher block = KEY.matcher(Files.readString(key, StandardCharsets.ISO_8859_1));
        if (block.find()) {
            try {
                byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                // Its message could contain the key.
                throw new IOException("the private key in " + key + " is not of the certificate's type, " + algorithm);
            }
        }
        throw new IOException(
                "no unencrypted PEM PRIVATE KEY in " + key + "; create one with openssl pkcs8 -topk8 -nodes");
    }

    private static boolean matches(X509Certificate certificate, PrivateKey privateKey) throws GeneralSecurityException {
        String name = switch (privateKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> privateKey.getAlgorithm();
        };
        byte[] sample = "does this key belong to that certificate?".getBytes(StandardCharsets.US_ASCII);
        Signature signing = Signature.getInstance(name);
        signing.initSign(privateKey);
        signing.update(sample);
        Signature checking = Signature.getInstance(name);
        checking.initVerify(certificate.getPublicKey());
        checking.update(sample);
        return checking.verify(signing.sign());
    }
}
