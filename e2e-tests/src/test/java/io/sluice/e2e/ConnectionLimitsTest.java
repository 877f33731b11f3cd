package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Bystander;
import io.sluice.e2e.harness.Certificates;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Stage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that are no streams, and do not mean to become any. */
final class ConnectionLimitsTest {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);

    @RegisterExtension
    final Stage stage = new Stage();

    private Socket connect(GatewayProcess gateway) {
        try {
            Socket socket = stage.closing(
                    new Socket(gateway.address().getAddress(), gateway.address().getPort()));
            socket.setSoTimeout((int) Publisher.SOON.toMillis());
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void send(Socket socket, String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that comes until the gateway closes. */
    private static String answer(Socket socket) {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException reset) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String ask(String path) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "G",
                "GET /ingest HTTP/1.1\r\nHost: localhost\r\nUpgrade: webs",
                "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"
            })
    void aConnectionThatDoesNotCompleteItsRequestIsClosedAndALiveOneIsNot(String beginning) {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway(
                        "--publish", nginx.publishUrl(), "--request-timeout", REQUEST_TIMEOUT.toSeconds() + "s")
                .start();
        Bystander bystander = Bystander.live(gateway, nginx, stage.key("bystander"));
        assertClosedInTime(gateway, beginning);
        bystander.assertUndisturbed();
    }

    private void assertClosedInTime(GatewayProcess gateway, String beginning) {
        long start = System.nanoTime();
        Socket socket = connect(gateway);
        send(socket, beginning);
        assertThat(answer(socket)).doesNotStartWith("HTTP/1.1 101");
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(REQUEST_TIMEOUT.minusMillis(200), REQUEST_TIMEOUT.plusSeconds(5));
    }

    @Test
    void halfAHandshakeOfTlsIsNoRequestEither() throws Exception {
        Path folder = stage.directory("tls");
        Path certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        Certificates.write(certificate, key, "localhost");
        GatewayProcess gateway = stage.gateway(
                        "--tls-cert",
                        certificate.toString(),
                        "--tls-key",
                        key.toString(),
                        "--request-timeout",
                        REQUEST_TIMEOUT.toSeconds() + "s")
                .start();
        assertClosedInTime(gateway, "");
        // The first half of a record of a handshake: version 3.1, 512 bytes.
        assertClosedInTime(gateway, "\u0016\u0003\u0001\u0002\u0000\u0001");
    }

    @Test
    void aRequestWithEndlessHeadersIsRefused() {
        GatewayProcess gateway = stage.gateway().start();
        Socket socket = connect(gateway);
        send(socket, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(10_000) + "\r\n\r\n");
        assertThat(answer(socket)).startsWith("HTTP/1.1 431");
        Socket other = connect(gateway);
        send(other, "GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(answer(other)).startsWith("HTTP/1.1 414");
    }

    @Test
    void aFullServerStillTellsHowItIsAndNothingElse() throws Exception {
        int max = 20;
        GatewayProcess gateway =
                stage.gateway("--max-connections", Integer.toString(max)).start();
        List<Socket> idle = new ArrayList<>();
        for (int i = 0; i < max; i++) {
            idle.add(connect(gateway));
        }
        Socket asksAfterHealth = connect(gateway);
        send(asksAfterHealth, ask("/health/live"));
        assertThat(answer(asksAfterHealth)).startsWith("HTTP/1.1 200").contains("\"up\"");
        Socket wantsThePage = connect(gateway);
        send(wantsThePage, ask("/"));
        assertThat(answer(wantsThePage)).startsWith("HTTP/1.1 503").containsIgnoringCase("retry-after:");
        assertThat(gateway.connect(Publisher.negotiated(stage.key("full")))
                        .socket()
                        .answer()
                        .status())
                .isEqualTo(503);

        long descriptors = gateway.facts().descriptors();
        for (int i = 0; i < 200; i++) {
            idle.add(connect(gateway));
        }
        // Beyond the reserve they are closed at once, long before their time for a request is up.
        assertThat(answer(connect(gateway))).isEmpty();
        Awaitility.await("the rest is closed as fast as it is accepted")
                .atMost(Publisher.SOON)
                .untilAsserted(() -> assertThat(gateway.facts().descriptors()).isLessThanOrEqualTo(descriptors + 70));

        for (Socket socket : idle) {
            socket.close();
        }
        await("there is room again")
                .atMost(Publisher.SOON)
                .untilAsserted(() -> assertThat(gateway.get("/").statusCode()).isEqualTo(200));
    }
}
