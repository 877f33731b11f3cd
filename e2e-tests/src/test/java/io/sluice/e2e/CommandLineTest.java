package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line and the environment: a contract with operators. */
final class CommandLineTest {

    private static final Duration LIMIT = Publisher.SOON;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void helpNamesEveryFlagAndSaysThatEachIsAVariableToo() {
        Tool.Run run = stage.gateway("--help").runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .contains("--host", "--port", "--publish", "--ffmpeg", "--preview", "--enhanced-rtmp")
                .contains("--help", "--version", "SLUICE_", "{streamKey}");
    }

    @Test
    void versionIsOneLine() {
        Tool.Run run = stage.gateway("--version").runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().strip().lines()).singleElement().asString().matches(".*\\d+\\.\\d+\\.\\d+.*");
    }

    @ParameterizedTest
    @CsvSource({
        "--port, 70000",
        "--port, -1",
        "--port, http",
        "--publish, http://example.org/live/{streamKey}",
        "--publish, file:///tmp/x",
        "--publish, rtmp://",
        "--publish, 'rtmp://example.org/live/{streamKey} -f mp4 /tmp/x'",
        "--open-timeout, soon",
        "--output-stall, -3s",
        "--host, no.such.host.invalid",
        "--colour, blue"
    })
    void aWrongValueIsOneClearLineAndExitCode2(String flag, String value) {
        Tool.Run run = stage.gateway(flag, value).runToItsEnd(LIMIT);
        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        assertThat(run.err().strip().lines()).singleElement().asString().contains(flag);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aWrongPublishUrlIsNotRepeatedWithItsSecrets() {
        Tool.Run run = stage.gateway("--publish", "htp://user:canarypassword@example.org/app/canarykey")
                .runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err() + run.out()).doesNotContain("canary");
    }

    @Test
    void aPortThatIsTakenIsOneClearLine() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Tool.Run run = stage.gateway("--host", "127.0.0.1", "--port", port).runToItsEnd(LIMIT);
            assertThat(run.exitCode()).isNotZero();
            assertThat(run.err().strip().lines()).singleElement().asString().contains(port);
        }
    }

    @Test
    void everyFlagIsAnEnvironmentVariableToo() {
        int port = Ports.free();
        GatewayProcess gateway = stage.gateway()
                .env("SLUICE_HOST", "127.0.0.1")
                .env("SLUICE_PORT", Integer.toString(port))
                .startPlainly();
        assertThat(gateway.address().getPort()).isEqualTo(port);
        assertThat(gateway.get("/health/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void theFlagWinsOverTheVariable() {
        int port = Ports.free();
        GatewayProcess gateway = stage.gateway("--host", "127.0.0.1", "--port", Integer.toString(port))
                .env("SLUICE_PORT", "1")
                .startPlainly();
        assertThat(gateway.address().getPort()).isEqualTo(port);
    }

    @Test
    void aWrongVariableIsNamedInTheLine() {
        Tool.Run run = stage.gateway().env("SLUICE_PORT", "http").runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().strip().lines()).singleElement().asString().contains("SLUICE_PORT");
    }

    @Test
    void aMistypedVariableIsOneLine() {
        Tool.Run run = stage.gateway().env("SLUICE_PROT", "1").runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().strip())
                .isEqualTo("sluice: unknown variable SLUICE_PROT; the closest match is SLUICE_PORT; see --help");
    }

    @Test
    void serveStartsTheGatewayAndTheShortHealthPathsAnswer() {
        int port = Ports.free();
        GatewayProcess gateway = stage.gateway("serve", "--host", "127.0.0.1", "--port", Integer.toString(port))
                .startPlainly();
        assertThat(gateway.get("/health").statusCode()).isEqualTo(200);
        assertThat(gateway.get("/healthz").statusCode()).isEqualTo(200);
    }

    @Test
    void anOldNameWorksAndIsReportedAsDeprecated() {
        GatewayProcess gateway = stage.gateway("--max-cpu", "100").start();
        assertThat(gateway.output()).containsPattern("WARN +CommandRun --max-cpu is deprecated; use --max-cpu-percent");
    }

    @Test
    void theLogIsJsonIfAskedForAndHidesSecretsTheSame() throws IOException {
        GatewayProcess gateway = stage.gateway(
                        "--log-format=json",
                        "--publish",
                        "rtmp://user:" + stage.secret("canarypassword") + "@127.0.0.1/app/" + stage.secret("canarykey"))
                .start();
        await().atMost(LIMIT).until(() -> gateway.output().contains("Ready: go live at"));
        JsonMapper mapper = new JsonMapper();
        List<String> messages = new ArrayList<>();
        for (String line : gateway.output().lines().toList()) {
            JsonNode event = mapper.readTree(line);
            assertThat(event.path("level").asText()).isIn("INFO", "WARN");
            assertThat(event.path("timestamp").isNumber()).isTrue();
            assertThat(event.path("loggerName").asText()).startsWith("io.sluice.");
            assertThat(event.has("arguments")).isFalse();
            messages.add(event.path("formattedMessage").asText());
        }
        assertThat(messages)
                .anyMatch(message -> message.contains("--publish rtmp://127.0.0.1/… has no {streamKey}"))
                .anyMatch(message -> message.startsWith("Ready: go live at"));
    }

    @Test
    void theLogSaysWhichFfmpegIsUsed() {
        GatewayProcess gateway = stage.gateway().start();
        assertThat(gateway.output())
                .contains(Tool.FFMPEG.path().toString())
                .containsPattern("\\d+\\.\\d+\\.\\d+")
                .contains("libx264");
    }

    @Test
    void theLogHidesTheSecretsInThePublishUrl() {
        GatewayProcess gateway = stage.gateway(
                        "--publish",
                        "rtmp://user:" + stage.secret("canarypassword") + "@127.0.0.1/" + stage.secret("canaryapp")
                                + "/{streamKey}?sign=" + stage.secret("canarysign"))
                .start();
        assertThat(gateway.output()).contains("127.0.0.1");
    }
}
