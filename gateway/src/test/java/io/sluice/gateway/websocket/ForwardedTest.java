package io.sluice.gateway.websocket;

import static io.sluice.gateway.websocket.RawWebSocket.CLOSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Credentials;
import io.sluice.gateway.access.Peer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** The client address that the authorizer receives, over real sockets from the loopback interface. */
class ForwardedTest {

    private static final AtomicReference<Peer> SEEN = new AtomicReference<>();
    private static final GatewayStage LISTED = stage(ProxyHeader.X_FORWARDED, "127.0.0.1", "10.0.0.0/8", "fd00::/8");
    private static final GatewayStage STANDARD = stage(ProxyHeader.FORWARDED, "127.0.0.1", "10.0.0.0/8", "fd00::/8");
    private static final GatewayStage UNTRUSTING = stage(ProxyHeader.X_FORWARDED);

    private static GatewayStage stage(ProxyHeader header, String... networks) {
        return GatewayStage.start(
                builder -> builder.trustProxies(header, networks).authorizer(request -> {
                    SEEN.set(request.peer());
                    return Mono.just(Authorization.deny("not today"));
                }));
    }

    @AfterAll
    static void close() {
        LISTED.close();
        STANDARD.close();
        UNTRUSTING.close();
    }

    private static Peer seen(GatewayStage stage, String query, String headers) {
        try (RawWebSocket client =
                RawWebSocket.request(stage, "/ingest?streamKey=k-1" + query, RawWebSocket.UPGRADE + headers + "\r\n")) {
            assertThat(client.next(CLOSE).closeReason()).contains("not today");
        }
        return Objects.requireNonNull(SEEN.getAndSet(null));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.1                                    | 192.0.2.1",
                "192.0.2.1:4711                               | 192.0.2.1",
                "2001:db8::1                                  | 2001:db8:0:0:0:0:0:1",
                "[2001:db8::1]:4711                           | 2001:db8:0:0:0:0:0:1",
                "6.6.6.6, 192.0.2.1                           | 192.0.2.1",
                "6.6.6.6, 192.0.2.1, 10.1.2.3, fd00::7        | 192.0.2.1",
                "10.9.9.9                                     | 10.9.9.9",
                "6.6.6.6, unknown, 10.1.2.3                   | 10.1.2.3",
                "6.6.6.6, host.example, 10.1.2.3              | 10.1.2.3",
                "unknown                                      | 127.0.0.1",
                "' '                                          | 127.0.0.1",
                "1.2.3                                        | 127.0.0.1",
            })
    void theAddressNearestToTheTrustedProxiesIsUsed(String list, String ip) {
        assertThat(seen(LISTED, "", "X-Forwarded-For: " + list).ip()).isEqualTo(ip);
    }

    @Test
    void severalHeadersAreOneList() {
        assertThat(seen(
                                LISTED,
                                "",
                                "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 10.0.0.1")
                        .ip())
                .isEqualTo("192.0.2.1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "for=192.0.2.1                                               | 192.0.2.1",
                "For=\"192.0.2.1:4711\";proto=https;by=10.0.0.1               | 192.0.2.1",
                "for=\"[2001:db8::1]:4711\"                                    | 2001:db8:0:0:0:0:0:1",
                "for=6.6.6.6, for=192.0.2.1;host=\"a,b;for=7.7.7.7\", for=10.0.0.1 | 192.0.2.1",
                "for=6.6.6.6, for=_hidden, for=10.0.0.1                      | 10.0.0.1",
                "proto=https                                                 | 127.0.0.1",
                "for=                                                        | 127.0.0.1",
                "nonsense                                                    | 127.0.0.1",
            })
    void theStandardsHeaderIsReadTheSameWay(String value, String ip) {
        assertThat(seen(STANDARD, "", "Forwarded: " + value).ip()).isEqualTo(ip);
    }

    @Test
    void theOtherHeaderIsIgnoredBecauseTheClientCouldHaveSentIt() {
        assertThat(seen(LISTED, "", "Forwarded: for=6.6.6.6").ip()).isEqualTo("127.0.0.1");
        assertThat(seen(STANDARD, "", "X-Forwarded-For: 6.6.6.6").ip()).isEqualTo("127.0.0.1");
    }

    @Test
    void untrustedProxiesAreIgnored() {
        assertThat(seen(UNTRUSTING, "", "X-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6")
                        .ip())
                .isEqualTo("127.0.0.1");
    }

    @Test
    void theAuthorizerReceivesTheRequestData() {
        Peer peer = seen(
                UNTRUSTING,
                "&room=a%20b&mimeType=audio%2Fwebm&x",
                "User-Agent: Studio/1\r\nAuthorization: Basic YW5uYTpzM2NyOjN0");
        assertThat(peer.userAgent()).isEqualTo("Studio/1");
        assertThat(peer.query()).isEqualTo("room=a%20b&x");
        assertThat(peer.credentials()).isEqualTo(new Credentials("anna", "s3cr:3t", ""));
        assertThat(peer.toString() + peer.credentials()).doesNotContain("s3cr").doesNotContain("room");
        assertThat(seen(UNTRUSTING, "", "authorization: bEARER  t.o.k")
                        .credentials()
                        .token())
                .isEqualTo("t.o.k");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization: Basic %%%",
                "Authorization: Basic YW5uYQ==",
                "Authorization: Digest x",
                "Authorization: x"
            })
    void malformedCredentialsAreNone(String header) {
        assertThat(seen(UNTRUSTING, "", header).credentials()).isEqualTo(Credentials.NONE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::1/129", "10.0.0/8", "10.0.0.0/8/8"
            })
    void whatIsNoNetworkCannotBeTrusted(String network) {
        assertThatThrownBy(() -> TrustedProxies.in(List.of(network)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not an IP address or network");
    }
}
