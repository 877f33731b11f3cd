package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.DecidingService;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tokens;
import io.sluice.e2e.harness.Tool;
import io.sluice.e2e.wire.Handshake;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who may publish, as an operator sets it up and as a publisher finds it. */
final class PermissionTest {

    private static final Duration LIMIT = Publisher.SOON;

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    private void assertPublishes(GatewayProcess gateway, NginxReceiver nginx, Publisher publisher, String key) {
        publisher.open(recording.mimeType());
        assertThat(publisher.send(recording, Pace.FLAT_OUT).stop().acceptedBytes())
                .isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
        gateway.awaitNoChildren(Publisher.SOON);
    }

    private void assertRefused(GatewayProcess gateway, Handshake handshake, FailureCode code) {
        Publisher publisher = gateway.connect(handshake);
        publisher.say(new Open(null, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(publisher, code, Publisher.SOON);
    }

    @Test
    void aKeyFileMadeByHashKeyLetsInItsKeysAndFollowsItsChanges() throws IOException {
        Path file = stage.directory("keys").resolve("keys");
        Tool.Run made = stage.gateway("hash-key", "--new", "anna").runToItsEnd(LIMIT);
        String key = stage.secret(made.err().strip().replaceAll(".*: ", ""));
        assertThat(made.exitCode()).as(made.err()).isZero();
        assertThat(made.out().strip().lines())
                .singleElement()
                .asString()
                .startsWith("anna hmac-sha256$")
                .doesNotContain(key);
        Files.writeString(file, made.out());

        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--auth-key-file", file.toString())
                .start();
        assertPublishes(gateway, nginx, gateway.connect(Publisher.negotiated(key)), key);
        String stranger = stage.key("stranger");
        assertRefused(gateway, Publisher.negotiated(stranger), FailureCode.NOT_AUTHORIZED);
        Refusal.assertClosed(
                gateway.connect(Publisher.plain(stranger, null)), FailureCode.NOT_AUTHORIZED, Publisher.SOON);
        Refusal.assertClosed(gateway.connect(Publisher.pxy(stranger)), FailureCode.NOT_AUTHORIZED, Publisher.SOON);

        Files.writeString(file, "# nobody\n");
        assertRefused(gateway, Publisher.negotiated(key), FailureCode.NOT_AUTHORIZED);
        Files.delete(file);
        assertRefused(gateway, Publisher.negotiated(key), FailureCode.AUTHORIZER_FAILED);
        Files.writeString(file, made.out());
        gateway.connect(Publisher.negotiated(key)).open(recording.mimeType());
        assertThat(gateway.output()).contains("authenticated as anna").doesNotContain("No authentication configured");
    }

    @Test
    void aTokenIsTakenInEachOfItsPlaces() throws IOException {
        Tokens tokens = new Tokens();
        Path keys = Files.writeString(stage.directory("keys").resolve("keys.pem"), tokens.pem());
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--auth-jwt-keys", keys.toString())
                .start();
        String key = stage.key("tokens");
        String token = stage.secret(
                tokens.token(key, Instant.now().plusSeconds(60), ",\"limits\":{\"maxBitsPerSecond\":2000000}"));

        Publisher inOpen = gateway.connect(Publisher.negotiated(key));
        inOpen.say(new Open(null, List.of(recording.mimeType()), null, null, token, null));
        assertThat(inOpen.heard().awaitOpened(Publisher.SOON).maxBitsPerSecond())
                .isEqualTo(2_000_000);
        inOpen.leave();
        Publisher inHeader = gateway.connect(Publisher.negotiated(key).withHeader("Authorization", "Bearer " + token));
        inHeader.open(recording.mimeType());
        inHeader.leave();
        Publisher inQuery = gateway.connect(new Handshake("/ingest?streamKey=" + key + "&token=" + token, "sluice.v1"));
        inQuery.open(recording.mimeType());
        inQuery.leave();
        // The stream goes out under the key that the token names, never under the token.
        assertPublishes(gateway, nginx, gateway.connect(Publisher.negotiated(token)), key);

        assertRefused(gateway, Publisher.negotiated(key), FailureCode.NOT_AUTHORIZED);
        String late = stage.secret(tokens.token(key, Instant.now().minusSeconds(1), ""));
        assertRefused(gateway, Publisher.negotiated(late), FailureCode.NOT_AUTHORIZED);
        String forged = stage.secret(new Tokens().token(key, Instant.now().plusSeconds(60), ""));
        assertRefused(gateway, Publisher.negotiated(forged), FailureCode.NOT_AUTHORIZED);
        assertRefused(
                gateway,
                Publisher.negotiated(stage.key("other")).withHeader("Authorization", "Bearer " + token),
                FailureCode.NOT_AUTHORIZED);
    }

    @Test
    void aStreamThatLivesLongerThanItsTokenIsEndedInOrder() throws IOException {
        Tokens tokens = new Tokens();
        Path keys = Files.writeString(stage.directory("keys").resolve("keys.pem"), tokens.pem());
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--auth-jwt-keys", keys.toString())
                .start();
        String key = stage.key("short");
        Publisher publisher = gateway.connect(Publisher.negotiated(
                stage.secret(tokens.token(key, Instant.now().plusSeconds(15), ""))));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FLAT_OUT);
        Refusal.assertTold(publisher, FailureCode.AUTHORIZATION_EXPIRED, Publisher.SOON);
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void aServiceIsAskedAndItsAnswerCounts() {
        DecidingService service = stage.decidingService();
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway(
                        "--publish",
                        nginx.publishUrl(),
                        "--auth-url",
                        service.url(),
                        "--auth-cache-ttl",
                        "1ms",
                        "--trusted-proxy",
                        "127.0.0.1")
                .start();
        String key = stage.key("asked");
        String elsewhere = stage.key("elsewhere");
        String url = nginx.publishUrl().replace("{streamKey}", elsewhere);
        service.answer(200, "{\"outputs\":[\"" + url + "\"]}");
        Handshake forwarded = Publisher.negotiated(key).withHeader("X-Forwarded-For", "6.6.6.6, 192.0.2.7");
        assertPublishes(gateway, nginx, gateway.connect(forwarded), elsewhere);
        assertThat(service.questions())
                .singleElement()
                .asString()
                .contains("\"ip\":\"192.0.2.7\"", "\"action\":\"publish\"", "\"path\":\"" + key + "\"");
        assertThat(service.lengths())
                .as("small services read a body of this length, and none without it")
                .containsExactly(Integer.toString(service.questions().get(0).length()));
        assertThat(gateway.output()).contains("/192.0.2.7:0 publishes under");

        service.answer(200, "{\"outputs\":[\"rtmp://127.0.0.1:1/live/" + elsewhere + "\"]}");
        assertRefused(gateway, Publisher.negotiated(key), FailureCode.AUTHORIZER_FAILED);
        assertThat(gateway.output()).contains("rtmp://127.0.0.1:1, which --allow-output does not allow");
        service.answer(403, "");
        assertRefused(gateway, Publisher.negotiated(key), FailureCode.NOT_AUTHORIZED);
        service.answer(200, "{\"outputs\":");
        assertRefused(gateway, Publisher.negotiated(key), FailureCode.AUTHORIZER_FAILED);
        service.answer(500, "");
        assertRefused(gateway, Publisher.negotiated(key), FailureCode.AUTHORIZER_FAILED);
        service.close();
        assertRefused(gateway, Publisher.negotiated(key), FailureCode.AUTHORIZER_FAILED);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void whoeverOpensTheGatewayToEverybodyIsToldSo() {
        GatewayProcess open = stage.gateway("--host", "0.0.0.0", "--port", "0", "--allow-origin", "*")
                .startPlainly();
        assertThat(open.output())
                .contains("No authentication configured", "--auth-key-file", "--allow-origin * lets any web page");
        GatewayProcess guarded = stage.gateway("--host", "0.0.0.0", "--port", "0", "--auth-url", "http://127.0.0.1:9/")
                .startPlainly();
        assertThat(guarded.output()).doesNotContain("No authentication configured", "lets any web page");
        assertRefused(guarded, Publisher.negotiated(stage.key("refused")), FailureCode.AUTHORIZER_FAILED);
    }

    @Test
    void aKeyThatCouldBeGuessedGetsNoLine() {
        Tool.Run run = stage.gateway("hash-key", "anna").runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().strip().lines()).singleElement().asString().contains("16 characters");
    }
}
