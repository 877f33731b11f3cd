package io.sluice.gateway.auth;

import static io.sluice.gateway.auth.AuthorizerTester.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.gateway.access.Credentials;
import io.sluice.gateway.access.Peer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Requests to a real HTTP service, including one that is down, slow or sends invalid responses. */
class HttpAuthorizerTest {

    private static final Duration SHORT = Duration.ofMillis(500);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String JSON = "application/json";

    private final Endpoint endpoint = new Endpoint();

    @AfterEach
    void close() {
        endpoint.close();
    }

    private HttpAuthorizer authorizer() {
        return new HttpAuthorizer(endpoint.url(), AuthorizerTester.PATIENCE, 8, LONG);
    }

    @Test
    void disposingClosesIdleConnections() throws IOException {
        try (ServerSocket service = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpAuthorizer authorizer = new HttpAuthorizer(
                    "http://127.0.0.1:" + service.getLocalPort(), AuthorizerTester.PATIENCE, 8, LONG);
            Mono<Authorization> answer =
                    authorizer.authorize(AuthorizerTester.request("k-1")).cache();
            answer.subscribe();
            try (Socket connection = service.accept()) {
                connection.setSoTimeout((int) AuthorizerTester.PATIENCE.toMillis());
                int read = connection.getInputStream().read();
                while (read != '}') {
                    read = connection.getInputStream().read();
                }
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(answer.block(AuthorizerTester.PATIENCE)).isInstanceOf(Authorization.Allowed.class);
                authorizer.dispose();
                assertThat(connection.getInputStream().readAllBytes())
                        .as("the rest of the request, and then the end of the connection")
                        .hasSizeLessThan(10);
            }
        }
    }

    @Test
    void theRequestIsThatOfMediaMtx() throws IOException {
        Peer peer = new Peer(
                new InetSocketAddress("2001:db8::1", 1),
                "Studio/1",
                "room=1&token=t.o.k",
                new Credentials("anna", "pass", "t.o.k"));
        PublishRequest request = new PublishRequest(
                "0123456789ab",
                StreamKey.parse("live/x".replace('/', '_') + "?sign=1").orElseThrow(),
                peer);
        AuthorizerTester.allowed(authorizer(), request);
        JsonNode sent = new JsonMapper().readTree(endpoint.requests().get(0));
        assertThat(sent.properties().stream()
                        .map(e -> e.getKey() + "=" + e.getValue().textValue()))
                .containsExactlyInAnyOrder(
                        "ip=2001:db8:0:0:0:0:0:1",
                        "user=anna",
                        "password=pass",
                        "token=t.o.k",
                        "action=publish",
                        "path=live_x",
                        "protocol=websocket",
                        "id=00000000-0000-8000-8000-0123456789ab",
                        "query=sign=1&room=1&token=t.o.k",
                        "userAgent=Studio/1");
        assertThat(UUID.fromString(sent.get("id").textValue()).version()).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"200, ''", "204, ''", "299, ''", "200, OK", "200, allowed", "200, '  '", "201, <html></html>"})
    void anySuccessAllows(int status, String body) {
        endpoint.answering(status, "text/html", body);
        assertThat(AuthorizerTester.allowed(authorizer(), request("k"))).isEqualTo(new Allowed(List.of()));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 410, 418, 451})
    void clientErrorsDeny(int status) {
        endpoint.answering(status, JSON, "{\"outputs\":[\"rtmp://a/b/c\"]}");
        assertThat(AuthorizerTester.denied(authorizer(), request("some-key"))).doesNotContain("some-key");
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 307, 408, 429, 500, 502, 503, 504})
    void anythingElseIsNoAnswer(int status) {
        endpoint.answering(status, JSON, "{}");
        assertThat(AuthorizerTester.unavailable(authorizer(), request("some-key")))
                .contains(Integer.toString(status))
                .doesNotContain("s3cr3t");
        assertThat(endpoint.requests()).as("redirects are not followed").hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {JSON, "text/html", "application/problem+json; charset=utf-8"})
    void theResponseCanSetConditions(String type) {
        endpoint.answering(
                200,
                type,
                "{\"outputs\":[\"rtmp://a/b/c\",\"rtmps://d/e\"],\"streamKey\":\"real\",\"expiresAt\":1893456000,"
                        + "\"limits\":{\"maxBitsPerSecond\":4000000},"
                        + "\"requireOutputs\":\"all\",\"message\":\"hello\"}");
        assertThat(AuthorizerTester.allowed(authorizer(), request("k")))
                .isEqualTo(new Allowed(
                        List.of("rtmp://a/b/c", "rtmps://d/e"),
                        StreamKey.parse("real").orElseThrow(),
                        Instant.parse("2030-01-01T00:00:00Z"),
                        4_000_000,
                        true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"outputs\":\"rtmp://a/b/c-s3cr3t\"}",
                "{\"outputs\":[]}",
                "{\"outputs\":[1]}",
                "{\"outputs\":[[\"rtmp://a/b\"]]}",
                "{\"outputs\":{}}",
                "{\"requireOutputs\":\"some\"}",
                "{\"requireOutputs\":true}",
                "{\"limits\":1}",
                "{\"limits\":{\"maxBitsPerSecond\":0}}",
                "{\"limits\":{\"maxBitsPerSecond\":\"4000000\"}}",
                "{\"limits\":{\"maxBitsPerSecond\":1.5}}",
                "{\"limits\":{\"maxBitsPerSecond\":1e99}}",
                "{\"limits\":{\"maxStreams\":1}}",
                "{\"expiresAt\":\"tomorrow\"}",
                "{\"expiresAt\":-1}",
                "{\"expiresAt\":1893456000000}",
                "{\"streamKey\":\"a/../s3cr3t\"}",
                "{\"streamKey\":7.5e3,\"streamKey\":\"x\"}",
                "{\"streamKey\":{}}",
                "{} s3cr3t",
                "{\"a\":1}{\"limits\":{\"maxBitsPerSecond\":1}}"
            })
    void invalidConditionsAreNoAnswer(String body) {
        endpoint.answering(200, "text/html", body);
        assertThat(AuthorizerTester.unavailable(authorizer(), request("some-key")))
                .doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "[]", "\"OK\"", "true", "null", "7", "<html>"})
    void whatCallsItselfJsonMustBeAnObject(String body) {
        endpoint.answering(200, JSON, body);
        AuthorizerTester.unavailable(authorizer(), request("k"));
    }

    @Test
    void anAnswerWithoutAnEndIsNone() {
        endpoint.answering(200, JSON, "{\"message\":\"" + "x".repeat(1_000_000) + "\"}");
        assertThat(AuthorizerTester.unavailable(authorizer(), request("k"))).contains("65536 bytes");
    }

    @Test
    void aServiceThatIsDownIsNoAnswer() {
        HttpAuthorizer authorizer = authorizer();
        endpoint.close();
        assertThat(AuthorizerTester.unavailable(authorizer, request("k")))
                .contains("did not answer")
                .doesNotContain("s3cr3t");
    }

    @Test
    void aServiceThatIsSlowIsNoAnswer() {
        HttpAuthorizer authorizer = new HttpAuthorizer(endpoint.url(), SHORT, 8, LONG);
        CountDownLatch gate = endpoint.closeGate();
        long start = System.nanoTime();
        AuthorizerTester.unavailable(authorizer, request("k"));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT.minusMillis(50), SHORT.plusSeconds(5));
        gate.countDown();
        AuthorizerTester.allowed(authorizer, request("k"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"li",
                "SSH-2.0-OpenSSH_9.2p1\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void anInvalidResponseIsNoAnswer(String response) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread thread = new Thread(() -> {
                while (true) {
                    try (Socket socket = server.accept()) {
                        socket.getInputStream().read(new byte[8_192]);
                        socket.getOutputStream().write(response.getBytes(StandardCharsets.US_ASCII));
                    } catch (IOException e) {
                        return;
                    }
                }
            });
            thread.start();
            AuthorizerTester.unavailable(
                    new HttpAuthorizer("http://127.0.0.1:" + server.getLocalPort(), AuthorizerTester.PATIENCE, 8, LONG),
                    request("k"));
        }
    }

    @Test
    void anIdenticalRequestIsAnsweredFromTheCache() {
        HttpAuthorizer authorizer = authorizer();
        AuthorizerTester.allowed(authorizer, request("k"));
        endpoint.answering(403, JSON, "");
        AuthorizerTester.allowed(authorizer, request("k"));
        assertThat(endpoint.requests()).hasSize(1);
    }

    @Test
    void aDenialIsCachedAndAnErrorIsNot() {
        HttpAuthorizer authorizer = authorizer();
        endpoint.answering(503, JSON, "");
        AuthorizerTester.unavailable(authorizer, request("k"));
        endpoint.answering(403, JSON, "");
        AuthorizerTester.denied(authorizer, request("k"));
        endpoint.answering(200, JSON, "");
        AuthorizerTester.denied(authorizer, request("k"));
        assertThat(endpoint.requests()).hasSize(2);
    }

    @Test
    void aDifferenceInAnyFieldIsAnotherRequest() {
        HttpAuthorizer authorizer = authorizer();
        Peer peer = request("k").peer();
        List<PublishRequest> all = List.of(
                request("k"),
                request("k2"),
                request("k", "token"),
                with(new Peer(
                        new InetSocketAddress("192.0.2.8", 1), peer.userAgent(), peer.query(), peer.credentials())),
                with(new Peer(peer.address(), "Other/1", peer.query(), peer.credentials())),
                with(new Peer(peer.address(), peer.userAgent(), "room=2", peer.credentials())),
                with(new Peer(peer.address(), peer.userAgent(), peer.query(), new Credentials("u", "", ""))),
                with(new Peer(peer.address(), peer.userAgent(), peer.query(), new Credentials("", "u", ""))),
                with(new Peer(
                        peer.address(),
                        peer.userAgent(),
                        peer.query(),
                        new Credentials("\",\"password\":\"u", "", ""))));
        all.forEach(request -> AuthorizerTester.allowed(authorizer, request));
        assertThat(endpoint.requests()).hasSize(all.size());
        all.forEach(request -> AuthorizerTester.allowed(authorizer, request));
        assertThat(endpoint.requests()).hasSize(all.size());
    }

    private static PublishRequest with(Peer peer) {
        return new PublishRequest("ba9876543210", request("k").streamKey(), peer);
    }

    @Test
    void aCachedAnswerExpires() {
        HttpAuthorizer authorizer =
                new HttpAuthorizer(endpoint.url(), AuthorizerTester.PATIENCE, 8, Duration.ofNanos(1));
        AuthorizerTester.allowed(authorizer, request("k"));
        endpoint.answering(403, JSON, "");
        AuthorizerTester.denied(authorizer, request("k"));
    }

    @Test
    void concurrentRequestsAreLimited() {
        HttpAuthorizer authorizer = new HttpAuthorizer(endpoint.url(), AuthorizerTester.PATIENCE, 2, LONG);
        CountDownLatch gate = endpoint.closeGate();
        List<Mono<String>> asked = IntStream.range(0, 30)
                .mapToObj(i -> authorizer
                        .authorize(request("key-" + i))
                        .map(answer -> answer instanceof Authorization.Allowed ? "yes" : "no")
                        .onErrorReturn("too many")
                        .cache())
                .toList();
        asked.forEach(Mono::subscribe);
        // Two requests are in flight and eight wait; the others fail immediately, before any response.
        assertThat(Flux.merge(asked).take(20).collectList().block(AuthorizerTester.PATIENCE))
                .containsOnly("too many");
        gate.countDown();
        assertThat(Flux.merge(asked).filter("yes"::equals).count().block(AuthorizerTester.PATIENCE))
                .isEqualTo(10);
        assertThat(endpoint.maxConcurrent()).isLessThanOrEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "ftp://localhost/s3cr3t",
                "http://",
                "http:///s3cr3t",
                "http://u:s3cr3t@h/",
                "http://h/ s3cr3t",
                "file:///s3cr3t"
            })
    void anInvalidUrlIsRefusedWithoutRepeatingIt(String url) {
        assertThatThrownBy(() -> new HttpAuthorizer(url, SHORT, 1, SHORT))
                .isInstanceOf(IllegalArgumentException.class)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cr3t"));
    }
}
