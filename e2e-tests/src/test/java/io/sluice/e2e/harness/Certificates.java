package io.sluice.e2e.harness;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.assertj.core.api.Assertions;

/** Certificates for the loopback interface, signed by nobody. */
public final class Certificates {

    private static final Duration LIMIT = Publisher.SOON;

    private Certificates() {}

    /** Writes a new key and its certificate with this name in it. */
    public static void write(Path certificate, Path key, String name) {
        writeWith(List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), certificate, key, name);
    }

    /** The same with the kind of key that costs the server most. */
    public static void writeRsa(Path certificate, Path key, String name) {
        writeWith(List.of("-newkey", "rsa:2048"), certificate, key, name);
    }

    private static void writeWith(List<String> kind, Path certificate, Path key, String name) {
        List<String> command = new ArrayList<>(List.of("req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=" + name));
        command.addAll(kind);
        command.addAll(List.of("-keyout", key.toString(), "-out", certificate.toString()));
        openssl(command);
    }

    static void openssl(List<String> arguments) {
        Tool.Run run = Tool.run(LIMIT, Tool.OPENSSL.command(arguments), Map.of());
        Assertions.assertThat(run.exitCode()).as(run.err()).isZero();
    }

    /** The name in the certificate that a server shows in a new connection. */
    public static String nameShownBy(String host, int port) {
        try (SSLSocket socket = (SSLSocket) trustingAll().getSocketFactory().createSocket(host, port)) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** For clients of such a server. */
    public static SSLContext trustingAll() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {new Trusting()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The extended kind, because it also leaves out the comparison of names. */
    private static final class Trusting extends X509ExtendedTrustManager {

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
