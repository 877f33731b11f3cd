package io.sluice.e2e;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.Certificates;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tool;
import io.sluice.protocol.FailureCode;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The listener with a certificate of its own, and somebody else's TLS client. */
final class TlsTest {

    private static final Duration LIMIT = Publisher.SOON;

    @RegisterExtension
    final Stage stage = new Stage();

    private final Path folder = stage.directory("tls");
    private final Path certificate = folder.resolve("cert.pem");
    private final Path key = folder.resolve("key.pem");
    private final HttpClient client =
            HttpClient.newBuilder().sslContext(Certificates.trustingAll()).build();

    /** Hears how the gateway closes. */
    private static final class Hearing implements WebSocket.Listener {

        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }

    private GatewayProcess gateway(String... more) {
        String[] all = new String[more.length + 4];
        System.arraycopy(more, 0, all, 4, more.length);
        all[0] = "--tls-cert";
        all[1] = certificate.toString();
        all[2] = "--tls-key";
        all[3] = key.toString();
        return stage.gateway(all).start();
    }

    private WebSocket connect(GatewayProcess gateway, String streamKey, String origin, Hearing hearing)
            throws Exception {
        URI uri = URI.create(
                gateway.uri("/ingest?streamKey=" + streamKey).toString().replace("https:", "wss:"));
        return client.newWebSocketBuilder()
                .header("Origin", origin)
                .buildAsync(uri, hearing)
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aStreamComesWholeAndOnlyPagesByHttpsAreTheGatewaysOwn() throws Exception {
        Certificates.write(certificate, key, "first");
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = gateway("--publish", nginx.publishUrl());
        String authority = gateway.uri("").getAuthority();
        Recording recording = Recording.named("webm-h264-opus.webm");
        String streamKey = stage.key("tls");
        Hearing hearing = new Hearing();
        WebSocket socket = connect(gateway, streamKey, "https://" + authority, hearing);
        for (Recording.Message message : recording.messages()) {
            socket.sendBinary(message.payload().duplicate(), true).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
        socket.sendText("{\"type\":\"stop\"}", true).get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(hearing.closed.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1000);
        Broadcast.assertSameMedia(recording, nginx.recording(streamKey));

        Hearing other = new Hearing();
        connect(gateway, streamKey, "http://" + authority, other);
        assertThat(other.closed.get(LIMIT.toSeconds(), TimeUnit.SECONDS))
                .isEqualTo(FailureCode.ORIGIN_NOT_ALLOWED.closeCode());
    }

    @Test
    void aRenewedCertificateIsPickedUpAndHalfARenewalIsNot() throws IOException {
        Certificates.write(certificate, key, "first");
        GatewayProcess gateway = gateway();
        assertShows(gateway, "CN=first");
        Path newCertificate = folder.resolve("new-cert.pem");
        Path newKey = folder.resolve("new-key.pem");
        Certificates.write(newCertificate, newKey, "second");
        Files.move(newCertificate, certificate, StandardCopyOption.REPLACE_EXISTING);
        await().atMost(LIMIT).untilAsserted(() -> {
            assertShows(gateway, "CN=first");
            assertThat(gateway.output()).contains("does not belong to the certificate");
        });
        assertShows(gateway, "CN=first");
        Files.move(newKey, key, StandardCopyOption.REPLACE_EXISTING);
        await().atMost(LIMIT).untilAsserted(() -> assertShows(gateway, "CN=second"));
    }

    @Test
    void browsersAreToldToStayWithTlsUnlessTheOperatorDoesNotWantThat() {
        Certificates.write(certificate, key, "first");
        assertThat(gateway().get("/").headers().firstValue("Strict-Transport-Security"))
                .contains("max-age=2592000");
        assertThat(gateway("--hsts-max-age", "0").get("/").headers().firstValue("Strict-Transport-Security"))
                .isEmpty();
        assertThat(stage.gateway().start().get("/").headers().firstValue("Strict-Transport-Security"))
                .isEmpty();
    }

    @Test
    void aClientCannotHaveHandshakesComputedAgainAndAgain() throws Exception {
        Certificates.write(certificate, key, "first");
        GatewayProcess gateway = gateway();
        try (SSLSocket socket = (SSLSocket) Certificates.trustingAll()
                .getSocketFactory()
                .createSocket("127.0.0.1", gateway.address().getPort())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.startHandshake();
            assertThatThrownBy(() -> {
                        socket.startHandshake();
                        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
                        if (socket.getInputStream().read() < 0) {
                            throw new IOException("closed");
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
        assertShows(gateway, "CN=first");
    }

    @Test
    void aKeyThatIsNotTheCertificatesIsOneClearLine() {
        Certificates.write(certificate, key, "first");
        Certificates.write(folder.resolve("other-cert.pem"), key, "second");
        Tool.Run run = stage.gateway("--tls-cert", certificate.toString(), "--tls-key", key.toString())
                .runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().strip().lines())
                .singleElement()
                .asString()
                .contains("--tls-cert", "does not belong to the certificate");
    }

    private static void assertShows(GatewayProcess gateway, String name) {
        assertThat(Certificates.nameShownBy("127.0.0.1", gateway.address().getPort()))
                .isEqualTo(name);
    }
}
