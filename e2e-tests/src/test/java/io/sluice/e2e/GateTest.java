package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Comparison;
import io.sluice.e2e.harness.Concurrency.OneCrowdAtATime;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Operators;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.wire.Stranger;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Crowds at both listeners that take what they can and give nothing, while somebody else is live. */
@OneCrowdAtATime
final class GateTest {

    private static final long MEGABYTE = 1 << 20;
    private static final int PIPELINED = 16;

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");
    private final List<Stranger> crowd = new ArrayList<>();

    /** 800 that read nothing, of pages and of a preview, and 300 operators without a token who never finish. */
    @Test
    void aCrowdThatDoesNotReadOrFinishIsClosedAndNobodyElseIsDisturbed() {
        NginxReceiver nginx = stage.nginx();
        Operators operators = stage.operators();
        List<String> options = new ArrayList<>(operators.options());
        options.addAll(List.of(
                "--publish", nginx.publishUrl(), "--preview", "--write-timeout", "2s", "--request-timeout", "3s"));
        GatewayProcess gateway = stage.gateway(options.toArray(String[]::new))
                .jvm("-Xmx48m")
                .underLimit("-n 1024")
                .start();
        Comparison comparison = Comparison.live(stage, nginx, gateway);
        String preview = "/watch/" + comparison.attacked().key() + "/segment0.ts";
        await("a segment")
                .atMost(Publisher.SOON)
                .until(() -> gateway.get(preview).statusCode() == 200);
        long memory = gateway.facts().residentBytes();

        gather(gateway.address(), 300, who -> who.say(requests(preview)));
        gather(gateway.address(), 500, who -> who.say(requests("/hls.js")));
        await("the gate is full")
                .atMost(Publisher.SOON)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> gateway.get("/health/ready").body().contains("too many connections"));
        gather(operators.address(gateway), 300, who -> who.say(unfinishedPost()));
        assertThat(gateway.get("/health/live").statusCode()).isEqualTo(200);
        assertThat(operators.get(gateway, "/api/streams").statusCode()).isEqualTo(200);
        Publisher newcomer = gateway.connect(Publisher.negotiated(stage.key("newcomer")));
        newcomer.open(recording.mimeType());
        newcomer.leave();
        await("ready again").atMost(Publisher.SOON).until(gateway::isReady);
        assertThat(operators.get(gateway, "/metrics").body())
                .containsPattern("sluice_connections_refused_total\\{reason=\"unread\"} [1-9]")
                .containsPattern("sluice_connections_refused_total\\{reason=\"full\"} [1-9]")
                .containsPattern("sluice_admin_connections_refused_total\\{reason=\"full\"} [1-9]");
        assertThat(gateway.facts().residentBytes() - memory).as("growth").isLessThan(70 * MEGABYTE);
        comparison.assertNotDisturbed();
        crowd.forEach(Stranger::close);
    }

    private static String requests(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").repeat(PIPELINED);
    }

    private static String unfinishedPost() {
        return "POST /api/streams/end HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{";
    }

    private void gather(InetSocketAddress server, int count, Consumer<Stranger> whatTheyDo) {
        int threads = 4;
        List<Callable<List<Stranger>>> work = IntStream.range(0, threads)
                .<Callable<List<Stranger>>>mapToObj(thread -> () -> {
                    List<Stranger> mine = new ArrayList<>();
                    for (int i = 0; i < count / threads; i++) {
                        Stranger stranger = Stranger.connect(server);
                        mine.add(stranger);
                        try {
                            whatTheyDo.accept(stranger);
                        } catch (UncheckedIOException e) {
                            // Refused before it could ask.
                        }
                    }
                    return mine;
                })
                .toList();
        Together.doAll(Publisher.SOON, work).forEach(crowd::addAll);
    }
}
