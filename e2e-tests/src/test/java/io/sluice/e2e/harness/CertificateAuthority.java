package io.sluice.e2e.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certificate authority that only those trust who are given its certificate. */
public final class CertificateAuthority {

    private static final String PASSWORD = "e2e";

    private final Path folder;

    private CertificateAuthority(Path folder) {
        this.folder = folder;
    }

    /** A new one. */
    public static CertificateAuthority in(Path folder) {
        CertificateAuthority authority = new CertificateAuthority(folder);
        Certificates.write(authority.certificate(), folder.resolve("ca.key"), "Test authority");
        return authority;
    }

    /** Its own certificate. */
    public Path certificate() {
        return folder.resolve("ca.pem");
    }

    /**
     * Signs a certificate for a server.
     *
     * @param names as in {@code DNS:localhost}
     * @param days how long it is valid; negative if it has expired
     */
    public SSLContext issue(String names, int days) throws IOException, GeneralSecurityException {
        Path key = Files.createTempFile(folder, "server", ".key");
        Path request = Files.createTempFile(folder, "server", ".csr");
        Path certificate = Files.createTempFile(folder, "server", ".pem");
        Path extensions = Files.writeString(Files.createTempFile(folder, "server", ".ext"), "subjectAltName=" + names);
        Certificates.openssl(List.of(
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=server",
                "-keyout",
                key.toString(),
                "-out",
                request.toString()));
        Certificates.openssl(List.of(
                "x509",
                "-req",
                "-in",
                request.toString(),
                "-days",
                Integer.toString(days),
                "-CAcreateserial",
                "-CA",
                certificate().toString(),
                "-CAkey",
                folder.resolve("ca.key").toString(),
                "-extfile",
                extensions.toString(),
                "-out",
                certificate.toString()));
        Path store = folder.resolve(certificate.getFileName() + ".p12");
        Certificates.openssl(List.of(
                "pkcs12",
                "-export",
                "-inkey",
                key.toString(),
                "-in",
                certificate.toString(),
                "-passout",
                "pass:" + PASSWORD,
                "-out",
                store.toString()));
        return context(store);
    }

    private static SSLContext context(Path store) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }
}
