package io.sluice.gateway.websocket;

import static io.sluice.gateway.websocket.RawWebSocket.CLOSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Peer;
import io.sluice.protocol.FailureCode;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** The pages that can connect, over real sockets. The authorizer denies every client that passes the origin check. */
class OriginTest {

    private static final AtomicInteger ASKED = new AtomicInteger();
    private static final GatewayStage STAGE = GatewayStage.start(builder -> builder.authorizer(request -> {
                ASKED.incrementAndGet();
                return Mono.just(Authorization.deny("not today"));
            })
            .allowOrigins("https://studio.example.org", "HTTPS://Other.example.org:443", "capacitor://app")
            .trustProxies(ProxyHeader.X_FORWARDED, "127.0.0.0/8"));

    @AfterAll
    static void close() {
        STAGE.close();
    }

    private static RawWebSocket from(String headers) {
        return RawWebSocket.request(STAGE, "/ingest?streamKey=k-1", RawWebSocket.UPGRADE + headers + "\r\n");
    }

    private static FailureCode refusal(String headers) {
        try (RawWebSocket client = from(headers)) {
            assertThat(client.status()).isEqualTo(101);
            int code = client.next(CLOSE).closeCode();
            return List.of(FailureCode.ORIGIN_NOT_ALLOWED, FailureCode.NOT_AUTHORIZED).stream()
                    .filter(c -> c.closeCode() == code)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("closed with " + code));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-None: at all",
                "Origin: http://localhost",
                "Origin: https://localhost",
                "Origin: HTTP://LOCALHOST:80",
                "Origin: https://studio.example.org",
                "Origin: https://other.example.org",
                "Origin: capacitor://app",
                "Origin: https://live.example.org\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: live.example.org",
                "Origin: https://localhost\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https",
            })
    void allowedPagesReachTheAuthorizer(String headers) {
        assertThat(refusal(headers)).isEqualTo(FailureCode.NOT_AUTHORIZED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: ",
                "Origin: *",
                "Origin: http://localhost:8080",
                "Origin: https://localhost:80",
                "Origin: ftp://localhost",
                "Origin: http://localhost.evil.example",
                "Origin: http://localhost@evil.example",
                "Origin: http://evil.example/http://localhost",
                "Origin: http://localhost/",
                "Origin: http://studio.example.org",
                "Origin: https://studio.example.org.evil.example",
                "Origin: https://xstudio.example.org",
                "Origin: https://studio.example.org:8443",
                "Origin: https://studio.example.org https://evil.example",
                "Origin: https://studio.example.org\r\nOrigin: https://evil.example",
                "Origin: http://localhost\r\nHost: localhost",
                "Origin: http://localhost\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https",
                "Origin: http://localhost\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Host: live.example.org",
            })
    void otherPagesAreRefusedBeforeTheAuthorizerIsCalled(String headers) {
        int before = ASKED.get();
        assertThat(refusal(headers)).isEqualTo(FailureCode.ORIGIN_NOT_ALLOWED);
        assertThat(ASKED).hasValue(before);
    }

    @Test
    void eachEndpointReportsTheRefusal() {
        String origin = RawWebSocket.UPGRADE + "Origin: https://evil.example\r\n";
        String protocol = origin + "Sec-WebSocket-Protocol: ";
        try (RawWebSocket negotiated = RawWebSocket.request(STAGE, "/ingest", protocol + "sluice.v1\r\n");
                RawWebSocket plain = RawWebSocket.request(STAGE, "/ingest?streamKey=k", origin);
                RawWebSocket pxy = RawWebSocket.request(STAGE, "/api/v0/stream", protocol + "streamKey, k\r\n")) {
            assertThat(negotiated.nextText("\"failed\""))
                    .contains("\"code\":\"origin-not-allowed\"", "https://evil.example", "--allow-origin");
            assertThat(negotiated.next(CLOSE).closeCode()).isEqualTo(4406);
            for (RawWebSocket silent : List.of(plain, pxy)) {
                RawWebSocket.Frame close = silent.next();
                assertThat(close.closeCode()).isEqualTo(4406);
                assertThat(close.closeReason())
                        .startsWith("origin-not-allowed: Pages from https://evil.example cannot");
            }
        }
    }

    @Test
    void aWildcardAllowsEveryPage() {
        assertThat(OriginPolicy.allowing(List.of("*")).allowsAny()).isTrue();
        try (GatewayStage open = GatewayStage.start(builder ->
                        builder.allowOrigins("*").authorizer(request -> Mono.just(Authorization.deny("not today"))));
                RawWebSocket client =
                        RawWebSocket.request(open, "/ingest?streamKey=k", RawWebSocket.UPGRADE + "Origin: null\r\n")) {
            assertThat(client.next(CLOSE).closeCode()).isEqualTo(FailureCode.NOT_AUTHORIZED.closeCode());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "example.org", "https://", "https://a/", "https://a?b", "https://u@a", "https://*.a"
            })
    void whatIsNoOriginCannotBeAllowed(String origin) {
        assertThatThrownBy(() -> OriginPolicy.allowing(List.of(origin)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not an origin");
    }

    @ParameterizedTest
    @CsvSource({
        "https://[::1]:8443, https://[::1]:8443",
        "http://a.example:80, http://a.example",
        "HTTP://A.example, http://a.example:80"
    })
    void originsAreComparedAsBrowsersWriteThem(String allowed, String origin) {
        ClientRequest request = new ClientRequest(Peer.at(null), null, "gateway.example", List.of(origin));
        assertThat(OriginPolicy.allowing(List.of(allowed)).refusal(request)).isEmpty();
    }
}
