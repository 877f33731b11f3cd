package io.sluice.gateway.receivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.gateway.output.RtmpServer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** The probe against servers on real sockets. */
@ExtendWith(NoBufferLeaks.class)
class RtmpProbeTest {

    private static final Logger LOG = LoggerFactory.getLogger(RtmpProbeTest.class);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** More patient than the gateway's: a busy machine takes its time for a first TLS handshake. */
    private final RtmpProbe probe = new RtmpProbe(LIMIT);

    @AfterEach
    void close() {
        probe.close();
    }

    private boolean ask(boolean secure, String host, int port) {
        return Boolean.TRUE.equals(
                probe.apply(new RtmpServer(secure, host, port)).block(LIMIT.multipliedBy(2)));
    }

    @Test
    void aServerThatAnswersSeesAWholeHandshakeAndAnOrderlyEnd() throws Exception {
        try (HandshakeServer server = HandshakeServer.answering()) {
            assertThat(ask(false, "127.0.0.1", server.port())).isTrue();
            assertThat(server.sawOrderlyHandshake().get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void anAnswerInPiecesIsOne() throws Exception {
        try (HandshakeServer server = HandshakeServer.answeringInPieces()) {
            assertThat(ask(false, "127.0.0.1", server.port())).isTrue();
        }
    }

    @Test
    void theSecondAddressOfANameIsTriedToo() throws Exception {
        // Resolves to ::1 and 127.0.0.1, and only one of them is listened to.
        try (HandshakeServer server = HandshakeServer.answering()) {
            assertThat(ask(false, "localhost", server.port())).isTrue();
        }
    }

    @Test
    void aServerWithAnyCertificateAnswers() throws Exception {
        for (String certificate : List.of("self-signed", "expired", "other-name")) {
            try (HandshakeServer server = HandshakeServer.encrypted(certificate)) {
                assertThat(ask(true, "127.0.0.1", server.port()))
                        .as(certificate)
                        .isTrue();
                assertThat(ask(false, "127.0.0.1", server.port()))
                        .as("without TLS")
                        .isFalse();
            }
        }
    }

    @Test
    void whoDoesNotSpeakRtmpDoesNotAnswer() throws Exception {
        try (HandshakeServer closing = HandshakeServer.saying(new byte[0]);
                HandshakeServer http = HandshakeServer.saying(
                        "HTTP/1.1 400 Bad Request\r\n".repeat(200).getBytes(StandardCharsets.US_ASCII));
                HandshakeServer half = HandshakeServer.saying(new byte[] {3, 0, 0, 0, 0})) {
            assertThat(ask(false, "127.0.0.1", closing.port())).isFalse();
            assertThat(ask(false, "127.0.0.1", http.port())).isFalse();
            assertThat(ask(false, "127.0.0.1", half.port())).isFalse();
        }
    }

    @Test
    void aServerThatIsNotThereDoesNotAnswer() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        long start = System.nanoTime();
        assertThat(ask(false, "127.0.0.1", port)).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LIMIT);
        assertThat(ask(false, "receiver.invalid", 1_935)).isFalse();
        assertThat(ask(false, "", 1_935)).isFalse();
    }

    @Test
    void aServerThatAcceptsAndIsSilentIsGivenUpAfterThreeSeconds() throws IOException {
        try (ServerSocket silent = new ServerSocket(0);
                RtmpProbe gateways = new RtmpProbe()) {
            long start = System.nanoTime();
            assertThat(gateways.apply(new RtmpServer(false, "127.0.0.1", silent.getLocalPort()))
                            .block(LIMIT))
                    .isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofSeconds(3));
        }
    }

    @Test
    void aServerThatReturnsIsFoundAndTheRunsStart() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        RtmpOutput output = new RtmpOutput("rtmp://127.0.0.1:" + port + "/live/key", false);
        AtomicInteger released = new AtomicInteger();
        try (Receivers receivers = new Receivers(Map.of())) {
            receivers.down(output);
            for (int i = 0; i < 200; i++) {
                receivers.whenAvailable(output).subscribe(ignored -> {}, error -> {}, released::incrementAndGet);
            }
            Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> released.get() == 0);
            try (HandshakeServer server = HandshakeServer.answeringAt(port)) {
                long start = System.nanoTime();
                Awaitility.await().atMost(LIMIT).until(() -> released.get() == 200);
                LOG.info("200 runs released {} ms after the server's return", (System.nanoTime() - start) / 1_000_000);
                assertThat(server.connections()).isEqualTo(1);
            }
        }
    }

    @Test
    void fiveHundredProbes() throws Exception {
        try (HandshakeServer server = HandshakeServer.answering()) {
            ask(false, "127.0.0.1", server.port());
            long cpu = cpuNanos();
            long start = System.nanoTime();
            List<Boolean> answers = Flux.range(0, 500)
                    .flatMap(
                            i -> probe.apply(new RtmpServer(false, "127.0.0.1", server.port()))
                                    // Handing a task to the resolver can wait for its lock, which an event loop must
                                    // not.
                                    .publishOn(Schedulers.boundedElastic()),
                            32)
                    .collectList()
                    .block(LIMIT);
            LOG.info(
                    "500 probes: {} ms, {} ms of CPU with the server that answers",
                    (System.nanoTime() - start) / 1_000_000,
                    (cpuNanos() - cpu) / 1_000_000);
            assertThat(answers).hasSize(500).containsOnly(true);
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
