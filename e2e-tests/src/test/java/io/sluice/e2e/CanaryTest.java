package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.Canary;
import io.sluice.e2e.harness.DecidingService;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Handshake;
import io.sluice.e2e.wire.Stranger;
import io.sluice.protocol.Open;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The search that every other end-to-end test passes through finds what it is for; and streams with all kinds of
 * secrets pass it.
 */
final class CanaryTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @Test
    void aSecretIsSeenWholeOrCutInAnyCase() {
        String secret = Canary.secret("live_it");
        assertThat(Canary.sightings("log", "publishing " + secret + " now")).hasSize(1);
        assertThat(Canary.sightings("log", secret.substring(0, secret.length() - 10)))
                .hasSize(1);
        assertThat(Canary.sightings("log", secret.toUpperCase(Locale.ROOT))).hasSize(1);
        assertThat(Canary.sightings("log", "live… and a canary in a cage")).isEmpty();
    }

    @Test
    void aGatewayWhoseFfmpegWritesItsKeyIntoAFileIsCaught() throws IOException {
        NginxReceiver nginx = stage.nginx();
        // Debian's FFmpeg is handed the address in a pipe, not as an argument.
        Path leaky = stage.ffmpegThat("""
                target=$(cat /dev/fd/3)
                echo "$target" > ../../written
                exec "$FFMPEG" "$@" 3<<END
                $target
                END
                """);
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--ffmpeg", leaky.toString())
                .start();
        Broadcast.of(gateway, nginx, stage.key("written"), recording, Pace.FLAT_OUT);
        assertThat(gateway.sightings(List.of()))
                .isNotEmpty()
                .allSatisfy(sighting -> assertThat(sighting).contains("written", "live_written_canary"));
        // Caught, and so it may go: every gateway is searched once more when the test is over.
        try (Stream<Path> files = Files.walk(gateway.directory())) {
            for (Path written : files.filter(file -> file.endsWith("written")).toList()) {
                Files.delete(written);
            }
        }
    }

    @Test
    void aFixedPublishUrlIsNotPrinted() {
        GatewayProcess gateway = stage.gateway(
                        "--publish", "rtmp://127.0.0.1:9/live/" + stage.secret(Canary.secret("fixed")))
                .start();
        assertThat(gateway.output()).contains("rtmp://127.0.0.1:9/…");
        assertThat(gateway.sightings(List.of())).isEmpty();
    }

    /**
     * The key in the URL and in the message, a token, a password, and a signature that the operator put behind the key.
     */
    @Test
    void noneOfAStreamsSecretsGetsOut() {
        NginxReceiver nginx = stage.nginx();
        DecidingService service = stage.decidingService();
        GatewayProcess gateway = stage.gateway(
                        "--publish",
                        nginx.publishUrl() + "?sign=" + stage.secret(Canary.secret("sign")),
                        "--preview",
                        "--auth-url",
                        service.url(),
                        "--log-level",
                        "debug")
                .start();
        String key = stage.key("all");
        Publisher publisher =
                gateway.connect(new Handshake("/ingest?token=" + stage.secret(Canary.secret("token")), "sluice.v1")
                        .withHeader("User-Agent", "a browser"));
        publisher.say(new Open(key, List.of(recording.mimeType()), null, null, Canary.secret("bearer"), null));
        publisher.heard().awaitOpened(Publisher.SOON);
        publisher.send(recording, Pace.FOURFOLD);
        gateway.get("/");
        gateway.get("/health/ready");
        gateway.get("/watch/" + key + "/index.m3u8");
        publisher.stop();
        assertThat(gateway.sightings(List.of())).isEmpty();
        assertThat(gateway.output()).contains(" live…");
        assertThat(service.questions())
                .anySatisfy(question -> assertThat(question).contains(key));
    }

    /** Reactor Netty tells of requests that it cannot read; the path of who watches is a key. */
    @Test
    void requestsThatBreakOffOrAreNoneAreNotRepeatedInTheLog() {
        GatewayProcess gateway = stage.gateway("--log-level", "debug").start();
        for (String request : List.of(
                "GET /watch/%s/index.m3u8 HTTP/1.1\r\nHost: x\r\nFoo",
                "GET /watch/%s/index.m3u8 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n.",
                "GET /watch/index.m3u8 HTTP/%s\r\nHost: x\r\n\r\n",
                "GET /%s\r\n\r\n",
                "%s /watch HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\n%s\0: x\r\n\r\n",
                "GET / HTTP/1.1\r\nContent-Length: %s\r\n\r\n",
                "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n")) {
            try (Stranger stranger = Stranger.connect(gateway.address())) {
                stranger.say(request.formatted(stage.key("watched")));
                stranger.closeOutput().hearToTheEnd();
            }
        }
        assertThat(gateway.isReady()).isTrue();
        assertThat(gateway.sightings(List.of())).isEmpty();
    }
}
