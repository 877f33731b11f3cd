package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.session.SessionLimits;
import io.sluice.gateway.websocket.RawWebSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Mono;

/** Reconfiguring a gateway while streams are live. */
@ExtendWith(NoBufferLeaks.class)
class ReconfigureTest {

    private static final String STOP = "{\"type\":\"stop\"}";

    private final byte[] media = GatewayStage.recording("webm-opus-audioonly.webm");
    private final GatewayStage stage = GatewayStage.start(builder -> builder);

    @AfterEach
    void close() {
        stage.close();
    }

    private RawWebSocket open(String key) {
        RawWebSocket client = RawWebSocket.connect(stage, "/ingest", "sluice.v1");
        client.text("{\"type\":\"open\",\"streamKey\":\"" + key + "\",\"offers\":[\"audio/webm;codecs=opus\"]}");
        return client;
    }

    private static SessionLimits bitsPerSecond(int bits) {
        SessionLimits usual = SessionLimits.defaults();
        SessionLimits.Rates rates = usual.rates();
        return new SessionLimits(
                usual.timeouts(),
                new SessionLimits.Rates(
                        bits,
                        rates.burstBytes(),
                        rates.framesPerSecond(),
                        rates.controlMessagesPerSecond(),
                        rates.pingsPerSecond()),
                usual.buffers(),
                usual.outputs(),
                usual.timeslice());
    }

    /** Always gives the same answer, and counts its disposals. */
    private static final class Fixed implements Authorizer {

        private final Authorization answer;
        private final AtomicInteger disposals = new AtomicInteger();

        Fixed(Authorization answer) {
            this.answer = answer;
        }

        @Override
        public Mono<Authorization> authorize(PublishRequest request) {
            return Mono.just(answer);
        }

        @Override
        public void dispose() {
            disposals.incrementAndGet();
        }
    }

    @Test
    void liveStreamsContinueAndNewOnesUseTheNewConfiguration() {
        try (RawWebSocket before = open("k-before")) {
            before.nextText("\"maxBitsPerSecond\":10000000");
            stage.gateway()
                    .reconfigure(Gateway.builder()
                            .preview(true)
                            .limits(bitsPerSecond(1_234_567))
                            .authorizer(request -> Mono.just(
                                    request.streamKey().value().equals("k-next")
                                            ? Authorization.allow()
                                            : Authorization.deny("Only k-next."))));
            try (RawWebSocket next = open("k-next");
                    RawWebSocket stranger = open("k-stranger");
                    RawWebSocket sameKey = open("k-before")) {
                next.nextText("\"maxBitsPerSecond\":1234567");
                stranger.nextText("not-authorized");
                sameKey.nextText("not-authorized");
            }
            before.media(media);
            before.text(STOP);
            before.nextText("\"acceptedBytes\":" + media.length);
        }
    }

    @Test
    void aLiveKeyStaysLeased() {
        try (RawWebSocket before = open("k-1")) {
            before.nextText("\"opened\"");
            stage.gateway().reconfigure(Gateway.builder());
            try (RawWebSocket second = open("k-1")) {
                second.nextText("stream-key-in-use");
            }
        }
    }

    @Test
    void pagesReceiveTheCurrentConfiguration() throws Exception {
        stage.gateway().reconfigure(Gateway.builder().publishTo("rtmp://localhost/app/{streamKey}"));
        URI uri = URI.create("http://127.0.0.1:" + stage.port() + GatewayStage.PREFIX + "/config.json");
        String config = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        assertThat(config).contains("\"preview\":false,\"publish\":true");
        assertThat(stage.gateway().toString()).contains("rtmp://localhost/app/{streamKey}");
    }

    @Test
    void settingsThatRequireANewGatewayAreNamedAndNothingChanges() {
        GatewayBuilder other = Gateway.builder()
                .ffmpeg(Path.of("/another/ffmpeg"))
                .previewLinger(Duration.ofSeconds(1))
                .limits(bitsPerSecond(1_234_567));
        assertThatThrownBy(() -> stage.gateway().reconfigure(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("these settings require a new gateway: ffmpeg, previewLinger");
        try (RawWebSocket client = open("k-1")) {
            client.nextText("\"maxBitsPerSecond\":10000000");
        }
    }

    @Test
    void authorizersAreDisposedOfExactlyOnce() {
        Fixed first = new Fixed(Authorization.allow());
        Fixed second = new Fixed(Authorization.allow());
        Fixed late = new Fixed(Authorization.allow());
        Gateway gateway = stage.gateway();
        gateway.reconfigure(Gateway.builder().authorizer(first));
        gateway.reconfigure(Gateway.builder().authorizer(second).allowOutputs("rtmp://localhost"));
        gateway.reconfigure(Gateway.builder().authorizer(second));
        assertThat(first.disposals).hasValue(0);
        gateway.close().block(GatewayStage.PATIENCE);
        gateway.reconfigure(Gateway.builder().authorizer(late));
        assertThat(first.disposals).hasValue(1);
        assertThat(second.disposals).hasValue(1);
        assertThat(late.disposals).hasValue(1);
    }
}
