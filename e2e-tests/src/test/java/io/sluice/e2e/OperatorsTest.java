package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Operators;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Tool;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What those who run the gateway see and do while it runs. */
final class OperatorsTest {

    private static final Duration LIMIT = Publisher.SOON;

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    private GatewayProcess gateway(Operators operators, String... options) {
        List<String> all = new ArrayList<>(operators.options());
        all.addAll(List.of(options));
        return stage.gateway(all.toArray(String[]::new)).start();
    }

    /** Live, with most of the recording sent. */
    private Publisher halfWay(GatewayProcess gateway, String key) {
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording.first(20), Pace.FLAT_OUT);
        publisher.heard().awaitProgress(Publisher.SOON, progress -> progress.acceptedBytes() == publisher.sentBytes());
        return publisher;
    }

    private static String sessionId(Publisher publisher) {
        return publisher.heard().awaitOpened(Publisher.SOON).sessionId();
    }

    @Test
    void aStreamIsSeenAndEndedInOrderWhileAnotherOneGoesOn() {
        NginxReceiver nginx = stage.nginx();
        Operators operators = stage.operators();
        GatewayProcess gateway = gateway(operators, "--publish", nginx.publishUrl());
        String key = stage.key("loud");
        String otherKey = stage.key("bystander");
        Publisher loud = halfWay(gateway, key);
        Publisher other = halfWay(gateway, otherKey);

        HttpResponse<String> list = operators.get(gateway, "/api/streams");
        assertThat(list.body())
                .contains(sessionId(loud), sessionId(other), "\"state\":\"live\"", "\"streamKey\":\"live…\"")
                .contains("\"outputs\":[{\"name\":\"rtmp://127.0.0.1:" + nginx.port() + "\",\"state\":\"live\"")
                .doesNotContain(key, otherKey, "canary");
        HttpResponse<String> end =
                operators.delete(gateway, "/api/streams/" + sessionId(loud) + "?reason=Too%20loud%20for%20" + otherKey);
        assertThat(end.statusCode()).isEqualTo(200);
        assertThat(end.body())
                .contains("\"state\":\"closed\"", "\"failure\":\"ended-by-operator\"", "\"inOrder\":true")
                .doesNotContain(key, otherKey);
        assertThat(Refusal.assertTold(loud, FailureCode.ENDED_BY_OPERATOR, Publisher.SOON))
                .endsWith(": Too loud for …");
        Broadcast.assertIsBeginning(recording, nginx.recording(key), 170);

        assertThat(operators.get(gateway, "/api/streams").body()).doesNotContain(sessionId(loud));
        assertThat(other.stop().acceptedBytes()).isEqualTo(other.sentBytes());
        assertThat(operators.get(gateway, "/api/streams").body()).isEqualTo("{\"streams\":[]}");
        assertThat(gateway.get("/api/streams").statusCode()).isEqualTo(404);
    }

    @Test
    void aKeyThatIsRevokedIsCutAndDoesNotComeBack() throws IOException {
        Path file = stage.directory("keys").resolve("keys");
        Tool.Run made = stage.gateway("hash-key", "--new", "anna").runToItsEnd(LIMIT);
        String key = stage.secret(made.err().strip().replaceAll(".*: ", ""));
        Files.writeString(file, made.out());
        Operators operators = stage.operators();
        GatewayProcess gateway = gateway(operators, "--auth-key-file", file.toString(), "--preview");
        Publisher anna = halfWay(gateway, key);

        Files.writeString(file, "# nobody\n");
        HttpResponse<String> cut =
                operators.post(gateway, "/api/streams/end", "{\"streamKey\":\"" + key + "\",\"reason\":\"Revoked\"}");
        assertThat(cut.statusCode()).isEqualTo(200);
        assertThat(cut.body()).contains(sessionId(anna), "\"state\":\"closed\"").doesNotContain(key);
        Refusal.assertTold(anna, FailureCode.ENDED_BY_OPERATOR, Publisher.SOON);
        Publisher again = gateway.connect(Publisher.negotiated(key));
        again.say(new Open(null, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(again, FailureCode.NOT_AUTHORIZED, Publisher.SOON);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void theMetersFollowTheStreamsAndNameNone() {
        NginxReceiver nginx = stage.nginx();
        Operators operators = stage.operators();
        GatewayProcess gateway = gateway(operators, "--publish", nginx.publishUrl());
        assertThat(meters(operators, gateway))
                .contains(
                        "sluice_ready 1.0",
                        "sluice_config_stale 0.0",
                        "sluice_connections_refused_total{reason=\"slow\"} 0.0",
                        "sluice_cpu_allowed_cores ",
                        "sluice_failures_total{code=\"stream-key-in-use\"} 0.0")
                .contains("sluice_sessions{state=\"live\"} 0.0", "jvm_memory_used_bytes", "process_files_open_files")
                .contains("netty_allocator_memory_used");
        String key = stage.key("counted");
        Publisher publisher = halfWay(gateway, key);
        Publisher second = gateway.connect(Publisher.negotiated(key));
        second.say(new Open(null, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(second, FailureCode.STREAM_KEY_IN_USE, Publisher.SOON);

        assertThat(meters(operators, gateway))
                .contains("sluice_sessions{state=\"live\"} 1.0", "sluice_ffmpeg_start_seconds_count 1")
                .contains("sluice_failures_total{code=\"stream-key-in-use\"} 1.0")
                .contains("sluice_streams_started_total{audio=\"transcode\",video=\"copy\",way=\"negotiated\"} 1.0")
                .doesNotContain(key, sessionId(publisher));
        long bytes = publisher.stop().acceptedBytes();
        gateway.awaitNoChildren(Publisher.SOON);
        assertThat(meters(operators, gateway))
                .contains("sluice_sessions{state=\"live\"} 0.0", "sluice_streams_ended_total{outcome=\"complete\"} 1.0")
                .contains("sluice_media_accepted_bytes_total " + (double) bytes);
    }

    private static String meters(Operators operators, GatewayProcess gateway) {
        HttpResponse<String> answer = operators.get(gateway, "/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("text/plain; version=0.0.4; charset=utf-8");
        return answer.body();
    }

    @Test
    void withoutATokenNobodyListens() {
        Tool.Run run = stage.gateway("--admin-port", "0").runToItsEnd(LIMIT);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().strip().lines()).singleElement().asString().contains("--admin-token-file");
        GatewayProcess plain = stage.gateway().start();
        assertThat(plain.output()).doesNotContain("Admin API at");
    }
}
