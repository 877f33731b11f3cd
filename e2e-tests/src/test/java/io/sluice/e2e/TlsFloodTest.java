package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Certificates;
import io.sluice.e2e.harness.Comparison;
import io.sluice.e2e.harness.Concurrency.OneCrowdAtATime;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Operators;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A first TLS message that was recorded once and is sent again and again, which costs only the server anything. */
@OneCrowdAtATime
final class TlsFloodTest {

    private static final int REPLAYS = 3_000;
    private static final int THREADS = 8;
    private static final int NEWCOMERS = 10;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void replayedHandshakesNeitherDisturbStreamsNorKeepNewcomersOut() throws Exception {
        Path folder = stage.directory("tls");
        Path certificate = folder.resolve("cert.pem");
        Path key = folder.resolve("key.pem");
        Certificates.writeRsa(certificate, key, "flooded");
        NginxReceiver nginx = stage.nginx();
        Operators operators = stage.operators();
        List<String> options = new ArrayList<>(operators.options());
        options.addAll(List.of("--publish", nginx.publishUrl(), "--tls-cert", certificate.toString()));
        options.addAll(List.of("--tls-key", key.toString()));
        GatewayProcess gateway =
                stage.gateway(options.toArray(String[]::new)).jvm("-Xmx64m").start();
        Comparison comparison = Comparison.live(stage, nginx, gateway);

        byte[] hello = clientHello();
        List<Callable<Integer>> attack = IntStream.range(0, THREADS)
                .<Callable<Integer>>mapToObj(thread -> () -> replay(gateway.address(), hello, REPLAYS / THREADS))
                .toList();
        Together.InBackground<List<Integer>> attackers = Together.start(() -> Together.doAll(Publisher.SOON, attack));
        for (int i = 0; i < NEWCOMERS; i++) {
            assertGetsIn(gateway.address());
        }
        attackers.await(Publisher.SOON);

        comparison.assertNotDisturbed();
        assertThat(gateway.output()).containsOnlyOnce("TLS handshakes refused");
        assertThat(operators.get(gateway, "/metrics").body())
                .containsPattern("connections_refused_total\\{reason=\"handshake\"} [1-9]");
    }

    /** What any client says first. */
    private static byte[] clientHello() throws SSLException {
        SSLEngine engine = Certificates.trustingAll().createSSLEngine("localhost", 443);
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        byte[] bytes = new byte[hello.flip().remaining()];
        hello.get(bytes);
        return bytes;
    }

    /** From an address of its own. */
    private static int replay(InetSocketAddress gateway, byte[] hello, int times) {
        int sent = 0;
        for (int i = 0; i < times; i++) {
            try (Socket socket = new Socket()) {
                socket.bind(new InetSocketAddress("127.0.0.66", 0));
                socket.connect(gateway, (int) Publisher.SOON.toMillis());
                socket.getOutputStream().write(hello);
                sent++;
            } catch (IOException e) {
                // Refused, as it should be.
            }
        }
        return sent;
    }

    private static void assertGetsIn(InetSocketAddress gateway) throws IOException {
        try (SSLSocket socket = (SSLSocket)
                Certificates.trustingAll().getSocketFactory().createSocket(gateway.getAddress(), gateway.getPort())) {
            socket.setSoTimeout(5_000);
            socket.startHandshake();
        }
    }
}
