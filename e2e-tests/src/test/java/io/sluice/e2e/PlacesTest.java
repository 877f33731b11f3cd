package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.Operators;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Stranger;
import io.sluice.protocol.FailureCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Places, descriptors and answers that strangers take from those who need them. */
final class PlacesTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    /** Some say what they would send, some do not, and none sends it. */
    @Test
    void plainClientsThatSendNothingHoldNoPlaceAndNoKey() {
        GatewayProcess gateway =
                stage.gateway("--max-streams", "1", "--open-timeout", "3s").start();
        String key = stage.key("wanted");
        List<Publisher> silent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            silent.add(gateway.connect(Publisher.plain(i % 2 == 0 ? key : stage.key("silent" + i), null)));
            silent.add(gateway.connect(Publisher.plain(stage.key("naming" + i), recording.mimeType())));
        }
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        for (Publisher each : silent) {
            Refusal.assertClosed(each, FailureCode.MEDIA_TIMEOUT, Publisher.SOON);
        }
        publisher.leave();
    }

    /** Forty streams have pipes, and three hundred who say half of something want the rest. */
    @Test
    void pipesAndSocketsTogetherNeverUseUpTheDescriptors() {
        GatewayProcess gateway = stage.gateway(
                        "--ffmpeg",
                        stage.ffmpegThat("exec cat > /dev/null").toString(),
                        "--request-timeout",
                        "60s",
                        "--open-timeout",
                        "60s")
                .underLimit("-n 400")
                .start();
        List<Publisher> live = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("live" + i)));
            publisher.open(recording.mimeType());
            live.add(publisher);
        }
        List<Stranger> half = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            half.add(halfARequest(gateway));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(gateway.get("/health/live").statusCode()).isEqualTo(200);
            half.add(halfARequest(gateway));
        }
        // What is above the limit is closed after 3 s, so the crowd has to keep coming to be one.
        await().atMost(Publisher.SOON).pollInterval(Duration.ofMillis(10)).until(() -> {
            half.add(halfARequest(gateway));
            return gateway.get("/health/ready").body().contains("file descriptors");
        });
        assertThat(gateway.facts().descriptors()).isLessThan(390);
        assertThat(gateway.output()).doesNotContain("Too many open files");
        live.forEach(Publisher::leave);
        half.forEach(Stranger::close);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    private static Stranger halfARequest(GatewayProcess gateway) {
        Stranger stranger = Stranger.connect(gateway.address());
        try {
            return stranger.say("GET /health HT");
        } catch (UncheckedIOException refused) {
            return stranger;
        }
    }

    /** Once it has asked for too many, an address does not learn either which keys there are. */
    @Test
    void keysCannotBeGuessedByAskingForTheirPreviews() {
        Operators operators = stage.operators();
        List<String> options = new ArrayList<>(operators.options());
        options.addAll(List.of("--trusted-proxy", "127.0.0.1"));
        GatewayProcess gateway = stage.gateway(options.toArray(String[]::new)).start();
        String key = stage.key("watched");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());

        assertThat(watch(gateway, key, "192.0.2.2")).isIn(200, 404);
        int refused = 0;
        for (int i = 0; i < 400 && refused == 0; i++) {
            refused = watch(gateway, "guess" + i, "192.0.2.1") == 429 ? i : 0;
        }
        assertThat(refused).as("the first that was refused").isBetween(100, 399);
        for (int i = 0; i < 50; i++) {
            watch(gateway, "more" + i, "192.0.2.1");
        }
        assertThat(watch(gateway, key, "192.0.2.1")).isEqualTo(429);
        assertThat(watch(gateway, key, "192.0.2.2")).isIn(200, 404);
        assertThat(watch(gateway, "unknown", "192.0.2.2")).isEqualTo(404);
        assertThat(operators.get(gateway, "/metrics").body()).containsPattern("sluice_watch_refused_total [1-9]");
        assertThat(gateway.output().lines().filter(line -> line.contains("guessed stream keys")))
                .hasSize(1);
        publisher.leave();
    }

    private static int watch(GatewayProcess gateway, String key, String address) {
        HttpRequest request = HttpRequest.newBuilder(gateway.uri("/watch/" + key + "/index.m3u8"))
                .header("X-Forwarded-For", address)
                .build();
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new AssertionError("no answer", e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
