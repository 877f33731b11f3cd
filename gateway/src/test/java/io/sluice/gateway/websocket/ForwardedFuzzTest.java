package io.sluice.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.sluice.gateway.websocket.ProxyHeader.Hop;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever a client sends in a header, the entry that a trusted proxy appends is the last one, and no name is resolved.
 */
class ForwardedFuzzTest {

    static Stream<String> seeds() {
        return Stream.of(
                "192.0.2.1",
                "192.0.2.1:4711, 10.0.0.1",
                "[2001:db8::1]:4711",
                "for=192.0.2.60;proto=http;by=203.0.113.43",
                "for=\"[2001:db8:cafe::17]:4711\", for=10.1.2.3;host=\"a,b\"",
                "For=unknown, for=_hidden, for=\"_x\"",
                "for=\"unclosed");
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "4s")
    void theEntryOfTheProxyIsLast(@NotNull String fromTheClient) {
        String value = fromTheClient;
        for (ProxyHeader header : ProxyHeader.values()) {
            boolean listed = header == ProxyHeader.X_FORWARDED;
            String name = listed ? "X-Forwarded-For" : "Forwarded";
            String added = listed ? "198.51.100.7" : "for=198.51.100.7;proto=https;host=studio.example";
            List<Hop> apart = header.hops(headers().add(name, value).add(name, added));
            assertAdded(apart);
            assertThat(apart)
                    .hasSizeLessThanOrEqualTo(
                            2 + (int) value.chars().filter(c -> c == ',').count());
            if (value.indexOf('"') < 0) {
                assertAdded(header.hops(headers().add(name, value + ", " + added)));
            }
            header.hops(headers().add(name, value)).forEach(Hop::address);
        }
    }

    private static void assertAdded(List<Hop> hops) {
        Hop last = hops.get(hops.size() - 1);
        InetSocketAddress address = last.address();
        assertThat(address).isEqualTo(new InetSocketAddress("198.51.100.7", 0));
    }

    private static HttpHeaders headers() {
        return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    }
}
