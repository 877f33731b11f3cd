package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.CertificateAuthority;
import io.sluice.e2e.harness.DecidingService;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.TcpGate;
import io.sluice.e2e.harness.Tool;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Outputs over TLS: who is behind a certificate gets the stream key only if the certificate is right. */
final class RtmpsTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @ParameterizedTest
    @ValueSource(strings = {"system", "bundled"})
    void onlyARightCertificateGetsTheStream(String ffmpeg) throws Exception {
        CertificateAuthority authority = CertificateAuthority.in(stage.directory("authority"));
        CertificateAuthority other = CertificateAuthority.in(stage.directory("other"));
        NginxReceiver nginx = stage.nginx();
        TcpGate right = receiver(nginx, authority.issue("DNS:localhost,IP:127.0.0.1", 2));
        TcpGate expired = receiver(nginx, authority.issue("DNS:localhost,IP:127.0.0.1", -1));
        TcpGate foreign = receiver(nginx, authority.issue("DNS:receiver.example", 2));
        TcpGate unknown = receiver(nginx, other.issue("DNS:localhost,IP:127.0.0.1", 2));
        DecidingService service = stage.decidingService();
        GatewayProcess.Launch launch = stage.gateway(
                "--auth-url",
                service.url(),
                "--allow-output",
                Stream.of(right, expired, foreign, unknown)
                        .map(gate -> "rtmps://localhost:" + gate.port() + ",rtmps://127.0.0.1:" + gate.port())
                        .collect(Collectors.joining(",")),
                "--output-ca-file",
                authority.certificate().toString());
        GatewayProcess gateway = (ffmpeg.equals("system")
                        ? launch
                        : launch.env("PATH", stage.directory("nothing").toString()))
                .start();

        String key = stage.key("right");
        Publisher welcome = publishing(gateway, service, right, "localhost", key);
        welcome.heard().awaitOpened(Publisher.SOON);
        welcome.send(recording, Pace.FLAT_OUT).stop();
        Broadcast.assertSameMedia(recording, nginx.recording(key));
        for (TcpGate wrong : List.of(expired, foreign, unknown)) {
            Publisher refused = publishing(gateway, service, wrong, "localhost", stage.key("wrong"));
            refused.heard().awaitOpened(Publisher.SOON);
            sendUntilItBreaks(refused);
            assertThat(Refusal.assertTold(refused, FailureCode.OUTPUT_FAILED, Publisher.SOON))
                    .contains("certificate")
                    .containsAnyOf("has expired", "another host name");
            assertThat(wrong.passedBytes()).as("what it got").isZero();
        }

        // FFmpegs differ in whether they compare addresses; one that does not must not be asked to.
        Publisher address = publishing(gateway, service, foreign, "127.0.0.1", stage.key("address"));
        boolean compares = ffmpeg.equals("system");
        if (compares) {
            address.heard().awaitOpened(Publisher.SOON);
            sendUntilItBreaks(address);
        }
        Refusal.assertTold(
                address, compares ? FailureCode.OUTPUT_FAILED : FailureCode.FFMPEG_UNAVAILABLE, Publisher.SOON);
        assertThat(foreign.passedBytes()).isZero();
    }

    @Test
    void insecureIsWhatItSays() throws Exception {
        CertificateAuthority authority = CertificateAuthority.in(stage.directory("authority"));
        NginxReceiver nginx = stage.nginx();
        TcpGate receiver = receiver(nginx, authority.issue("DNS:receiver.example", -1));
        GatewayProcess gateway = stage.gateway(
                        "--publish",
                        "rtmps://localhost:" + receiver.port() + "/live/{streamKey}",
                        "--output-tls-insecure")
                .start();
        String key = stage.key("insecure");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FLAT_OUT).stop();
        Broadcast.assertSameMedia(recording, nginx.recording(key));
        assertThat(gateway.output()).contains("certificates of rtmps:// outputs are NOT verified");
    }

    @Test
    void anFfmpegThatDoesNotVerifyIsNotUsedForSuchOutputs() {
        Path careless = stage.executable("""
                #!/bin/bash
                arguments=()
                for argument; do
                    [ "$before $argument" = "-tls_verify 1" ] && argument=0
                    arguments+=("$argument")
                    before=$argument
                done
                exec %s "${arguments[@]}"
                """.formatted(Tool.FFMPEG.path()));
        List<String> options =
                List.of("--ffmpeg", careless.toString(), "--publish", "rtmps://localhost/live/{streamKey}");
        for (String more : List.of("--port=0", "--check-config")) {
            Tool.Run run = stage.gateway(
                            Stream.concat(options.stream(), Stream.of(more)).toArray(String[]::new))
                    .runToItsEnd(Publisher.SOON);
            assertThat(run.exitCode()).as(more).isEqualTo(2);
            assertThat(run.err())
                    .contains("FFmpeg does not verify TLS certificates", "self-signed", "--output-tls-insecure");
        }
    }

    private TcpGate receiver(NginxReceiver nginx, SSLContext certificate) {
        return stage.tlsGateTo(nginx.port(), certificate);
    }

    private Publisher publishing(
            GatewayProcess gateway, DecidingService service, TcpGate receiver, String host, String key) {
        service.answer(200, "{\"outputs\":[\"rtmps://" + host + ":" + receiver.port() + "/live/" + key + "\"]}");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.say(
                new Open(null, List.of(recording.mimeType()), null, null, null, null, Set.of(ClientFeature.DRAINING)));
        return publisher;
    }

    private void sendUntilItBreaks(Publisher publisher) {
        try {
            publisher.send(recording, Pace.FLAT_OUT);
        } catch (AssertionError e) {
            // The gateway has closed, as it should.
        }
    }
}
