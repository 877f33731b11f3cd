package io.sluice.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import io.sluice.gateway.access.Credentials;
import io.sluice.gateway.access.Peer;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Of all origins that a header can contain, only the allowed ones are accepted. */
class OriginFuzzTest {

    private static final OriginPolicy POLICY = OriginPolicy.allowing(List.of("https://studio.example.org"));
    private static final String AUTHORITY = "gateway.example:8080";
    private static final Peer PEER = new Peer(new InetSocketAddress("192.0.2.1", 1), "", "", Credentials.NONE);

    private static final Set<String> ALLOWED = Set.of(
            "https://studio.example.org",
            "https://studio.example.org:443",
            "http://gateway.example:8080",
            "https://gateway.example:8080");

    static Stream<Arguments> seeds() {
        return Stream.concat(
                        ALLOWED.stream(),
                        Stream.of(
                                "null",
                                "https://studio.example.org.evil.example",
                                "https://studio.example.org@evil.example",
                                "file://",
                                "http://[::1]:8080",
                                "chrome-extension://abcdefgh"))
                .map(origin -> Arguments.of(origin, AUTHORITY));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "3s")
    void onlyAllowedPagesAreAccepted(@NotNull String origin, @NotNull String authority) {
        boolean accepted = POLICY.refusal(new ClientRequest(PEER, null, AUTHORITY, List.of(origin)))
                .isEmpty();
        assertThat(accepted).isEqualTo(ALLOWED.contains(origin.toLowerCase(Locale.ROOT)));

        // Whatever authority a client sends, a foreign page does not become the gateway's own.
        boolean own = POLICY.refusal(new ClientRequest(PEER, "http", authority, List.of("http://evil.example")))
                .isEmpty();
        assertThat(own)
                .isEqualTo(Set.of("evil.example", "evil.example:80").contains(authority.toLowerCase(Locale.ROOT)));
    }
}
