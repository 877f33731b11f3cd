package io.sluice.gateway.receivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.output.RtmpServer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same rules as FFmpeg's, which reads two variables in lower case, and for TLS only. */
class ProxiesTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            http://user:secret@proxy:3128, -,                     true
            http://proxy:3128,             localhost,             true
            http://proxy:3128,             'localhost, live.example.org', false
            http://proxy:3128,             example.org,           false
            http://proxy:3128,             .example.org,          false
            http://proxy:3128,             *.example.org,         false
            http://proxy:3128,             ample.org,             true
            http://proxy:3128,             *,                     false
            https://proxy:3128,            -,                     false
            """)
    void serversWithTlsAreProxiedUnlessTheyAreExcepted(String proxy, String exceptions, boolean proxied) {
        Map<String, String> environment =
                exceptions == null ? Map.of("http_proxy", proxy) : Map.of("http_proxy", proxy, "no_proxy", exceptions);
        Proxies proxies = new Proxies(environment);
        assertThat(proxies.test(new RtmpServer(true, "live.example.org", 443))).isEqualTo(proxied);
        assertThat(proxies.test(new RtmpServer(false, "live.example.org", 443))).isFalse();
    }

    @Test
    void otherVariablesMeanNothingToFfmpeg() {
        Proxies proxies = new Proxies(Map.of("HTTPS_PROXY", "http://proxy:3128", "https_proxy", "http://proxy:3128"));
        assertThat(proxies.test(new RtmpServer(true, "live.example.org", 443))).isFalse();
    }
}
