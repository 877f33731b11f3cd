package io.sluice.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.session.SessionEvent;
import io.sluice.gateway.websocket.RawWebSocket;
import io.sluice.protocol.FailureCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The responses of a running admin listener, each compared with docs/openapi.yaml. */
@ExtendWith(NoBufferLeaks.class)
class AdminRoutesTest {

    private static final String KEY = "live_canary_0123456789";
    private static final String LIST = "/api/streams";
    private static final String END = "/api/streams/end";

    /** These need a process that cannot be killed, or a gateway that ends during the request. */
    private static final Set<String> NOT_TESTED = Set.of(
            "post /api/streams/end 202",
            "delete /api/streams/{sessionId} 202",
            "get /health/ready 503",
            "get /health 503",
            "get /healthz 503");

    private final OpenApi document = OpenApi.read();
    private final Set<String> seen = new TreeSet<>();
    private final List<RawWebSocket> sockets = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it.
    private Path folder;

    @SuppressWarnings("NullAway.Init") // Needs the folder.
    private AdminStage stage;

    @BeforeEach
    void open() {
        stage = new AdminStage(folder, builder -> builder);
    }

    @AfterEach
    void close() {
        sockets.forEach(RawWebSocket::close);
        stage.close();
    }

    /** Sends the request and compares the response with the document. */
    private HttpResponse<String> answer(int status, String path, HttpRequest.Builder request) {
        HttpResponse<String> answer = stage.send(request);
        String operation = answer.request().method().toLowerCase(Locale.ROOT) + " " + path;
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        if (status != 405) {
            assertThat(document.problems(operation, answer)).as(answer.body()).isEmpty();
        }
        assertThat(answer.body()).doesNotContain(KEY, AdminStage.TOKEN);
        seen.add(operation + " " + status);
        return answer;
    }

    private static HttpRequest.Builder posting(HttpRequest.Builder request, String body) {
        return request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    private static JsonNode json(HttpResponse<String> answer) {
        try {
            return new JsonMapper().readTree(answer.body());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts a stream and waits until its progress is listed. */
    private void goLive() {
        byte[] media = GatewayStage.recording("webm-h264-opus.webm");
        connect().media(media);
        Awaitility.await()
                .atMost(GatewayStage.PATIENCE)
                .until(() -> stage.gateway().gateway().streams().stream()
                        .anyMatch(s -> s.media() != null && s.media().progress().acceptedBytes() == media.length));
    }

    private RawWebSocket connect(String... subprotocols) {
        RawWebSocket socket = RawWebSocket.connect(
                stage.gateway().port(), GatewayStage.PREFIX + "/ingest?streamKey=" + KEY, subprotocols);
        sockets.add(socket);
        return socket;
    }

    private JsonNode onlyStream() {
        JsonNode streams = json(answer(200, LIST, stage.request(LIST))).path("streams");
        assertThat(streams).hasSize(1);
        return streams.get(0);
    }

    @Test
    void healthAndTheDescriptionNeedNoToken() throws IOException {
        answersWithoutAToken();
    }

    private void answersWithoutAToken() throws IOException {
        answer(200, "/health/live", stage.unauthorized("/health/live"));
        answer(200, "/health/ready", stage.unauthorized("/health/ready"));
        answer(200, "/health", stage.unauthorized("/health"));
        answer(200, "/healthz", stage.unauthorized("/healthz"));
        HttpResponse<String> index = answer(200, "/", stage.unauthorized("/"));
        assertThat(index.body())
                .contains(
                        AdminStage.PREFIX + LIST, AdminStage.PREFIX + "/metrics", AdminStage.PREFIX + "/openapi.yaml");
        assertThat(answer(200, "/openapi.yaml", stage.unauthorized("/openapi.yaml"))
                        .body())
                .isEqualTo(Files.readString(Path.of("../docs/openapi.yaml")));
    }

    @Test
    void everyAnswerIsAsDescribedAndEverythingDescribedHappens() throws IOException {
        Set<String> fields = new TreeSet<>();
        goLive();
        JsonNode stream = onlyStream();
        stream.fieldNames().forEachRemaining(fields::add);
        assertThat(stream.path("state").asText()).isEqualTo("live");
        assertThat(stream.path("way").asText()).isEqualTo("plain");
        assertThat(stream.path("streamKey").asText()).isEqualTo("live…");
        assertThat(stream.path("peer").asText()).matches("127\\.0\\.0\\.1:\\d+");
        assertThat(stream.path("video").asText() + stream.path("audio").asText())
                .isEqualTo("copytranscode");
        assertThat(stream.path("acceptedBytes").asLong())
                .isEqualTo(GatewayStage.recording("webm-h264-opus.webm").length);
        String one = LIST + "/" + stream.path("sessionId").asText();
        answer(200, LIST + "/{sessionId}", stage.request(one));

        JsonNode ended = json(answer(
                200,
                LIST + "/{sessionId}",
                stage.request(one + "?reason=Too%20loud").DELETE()));
        ended.fieldNames().forEachRemaining(fields::add);
        assertThat(ended.path("state").asText()).isEqualTo("closed");
        assertThat(ended.path("failure").asText()).isEqualTo("ended-by-operator");
        assertThat(ended.path("inOrder").asBoolean()).isTrue();
        answer(404, LIST + "/{sessionId}", stage.request(one));
        answer(404, LIST + "/{sessionId}", stage.request(one).DELETE());

        assertThat(fields).isEqualTo(document.fields("Stream"));
        assertThat(stage.gateway().awaitEnded().failure().orElseThrow().message())
                .endsWith(": Too loud");

        String body = "{\"streamKey\":\"" + KEY + "\",\"reason\":\"Revoked\"}";
        goLive();
        JsonNode cut = json(answer(200, END, posting(stage.request(END), body))).path("streams");
        assertThat(cut).hasSize(1);
        assertThat(cut.get(0).path("state").asText()).isEqualTo("closed");

        assertThat(json(answer(200, END, posting(stage.request(END), body))).path("streams"))
                .isEmpty();
        assertThat(answer(200, "/metrics", stage.request("/metrics")).body()).isEqualTo(AdminStage.METERS);
        badRequests();
        notAllowed();
        answersWithoutAToken();

        Set<String> documented = document.responses();
        documented.removeAll(NOT_TESTED);
        assertThat(seen).containsAll(documented);
    }

    private void badRequests() throws IOException {
        String long201 = "x".repeat(201);
        answer(
                400,
                LIST + "/{sessionId}",
                stage.request(LIST + "/0?reason=" + long201).DELETE());
        for (String bad : new String[] {
            "",
            "{",
            "[]",
            "7",
            "{}",
            "{\"streamKey\":7}",
            "{\"streamKey\":\"a b\"}",
            "{\"streamKey\":\"" + KEY + "\",\"reson\":\"x\"}",
            "{\"streamKey\":\"" + KEY + "\",\"streamKey\":\"other\"}",
            "{\"streamKey\":\"" + KEY + "\"} {}",
            "{\"streamKey\":\"" + KEY + "\",\"reason\":\"" + long201 + "\"}",
            "[".repeat(4_000),
        }) {
            answer(400, END, posting(stage.request(END), bad));
        }
        answer(413, END, posting(stage.request(END), "x".repeat(8_193)));
        answer(415, END, stage.request(END).POST(BodyPublishers.ofString("{\"streamKey\":\"" + KEY + "\"}")));
        assertThat(answerToHalfARequest()).startsWith("HTTP/1.1 408 ").contains("application/problem+json");
        seen.add("post " + END + " 408");
    }

    /** Announces a body and sends only part of it. */
    private String answerToHalfARequest() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stage.port())) {
            socket.setSoTimeout((int) GatewayStage.PATIENCE.toMillis());
            OutputStream out = socket.getOutputStream();
            out.write(("POST " + AdminStage.PREFIX + END + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            + "Authorization: bearer " + AdminStage.TOKEN + "\r\nContent-Length: 100\r\n\r\n{")
                    .getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            while (!answer.toString(StandardCharsets.US_ASCII).endsWith("}")) {
                answer.write(socket.getInputStream().read());
            }
            return answer.toString(StandardCharsets.US_ASCII);
        }
    }

    private void notAllowed() {
        String one = LIST + "/0123456789ab";
        for (HttpRequest.Builder request : new HttpRequest.Builder[] {
            stage.unauthorized(LIST),
            stage.unauthorized("/metrics"),
            stage.unauthorized(one),
            stage.unauthorized(one).DELETE(),
            posting(stage.unauthorized(END), "{}"),
        }) {
            String path = request.build().uri().getPath().substring(AdminStage.PREFIX.length());
            String template = path.equals(one) ? LIST + "/{sessionId}" : path;
            HttpResponse<String> unauthorized = answer(401, template, request);
            assertThat(unauthorized.headers().firstValue("www-authenticate")).contains("Bearer realm=\"sluice\"");
            request.header("Authorization", "Bearer " + AdminStage.TOKEN);
            answer(403, template, request.copy().header("Origin", "http://127.0.0.1:" + stage.port()));
            answer(403, template, request.copy().header("Sec-Fetch-Site", "same-origin"));
        }
        answer(405, "/metrics", stage.request("/metrics").DELETE());
        answer(405, LIST, stage.request(LIST).PUT(BodyPublishers.noBody()));
        answer(405, LIST + "/{sessionId}", stage.request(one).PUT(BodyPublishers.noBody()));
        HttpResponse<String> wrong = answer(405, END, stage.request(END));
        assertThat(wrong.headers().firstValue("allow")).contains("POST");
        // A method that a path does not support has no operation of its own; 405 is documented at the supported ones.
        for (String operation : Set.of(
                "get /metrics",
                "get /api/streams",
                "post /api/streams/end",
                "get /api/streams/{sessionId}",
                "delete /api/streams/{sessionId}")) {
            assertThat(document.problems(operation, wrong)).isEmpty();
            seen.add(operation + " 405");
        }
    }

    @Test
    void aRemovedTokenIsRevokedImmediatelyAndAnotherRemainsValid() throws IOException {
        HttpRequest.Builder other =
                stage.unauthorized(LIST).header("Authorization", "Bearer another-token-that-is-new");
        answer(401, LIST, other);
        stage.tokens("# two for a while\n" + AdminStage.TOKEN + "\nanother-token-that-is-new\n");
        answer(200, LIST, stage.request(LIST));
        answer(200, LIST, other);
        stage.tokens("another-token-that-is-new\n");
        answer(401, LIST, stage.request(LIST));
        answer(200, LIST, other);
        stage.noTokens();
        answer(401, LIST, other);
        stage.tokens("");
        answer(401, LIST, stage.unauthorized(LIST).header("Authorization", "Bearer "));
        stage.tokens(AdminStage.TOKEN);
        answer(401, LIST, stage.unauthorized(LIST).header("Authorization", "Basic " + AdminStage.TOKEN));
        answer(401, LIST, stage.unauthorized(LIST).header("Authorization", AdminStage.TOKEN));
        answer(200, LIST, stage.request(LIST));
    }

    @Test
    void aClientThatNegotiatesIsListedAndEndedToo() {
        connect("sluice.v1");
        JsonNode stream = onlyStream();
        assertThat(stream.path("state").asText()).isEqualTo("negotiating");
        assertThat(stream.path("way").asText()).isEqualTo("negotiated");
        assertThat(stream.has("streamKey") || stream.has("mimeType")).isFalse();
        JsonNode ended = json(answer(
                200,
                LIST + "/{sessionId}",
                stage.request(LIST + "/" + stream.path("sessionId").asText()).DELETE()));
        assertThat(ended.path("state").asText()).isEqualTo("closed");

        assertThat(stage.gateway().events())
                .singleElement()
                .isInstanceOfSatisfying(
                        SessionEvent.Refused.class,
                        refused -> assertThat(refused.failure().code()).isEqualTo(FailureCode.ENDED_BY_OPERATOR));
    }

    @Test
    void aHeadHasNoBody() {
        HttpResponse<String> head = stage.send(stage.request(LIST).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }
}
