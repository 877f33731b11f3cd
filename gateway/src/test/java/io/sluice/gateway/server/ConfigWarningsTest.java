package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.access.Authorization;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class ConfigWarningsTest {

    private static List<String> warnings(String host, int port, GatewayBuilder gateway) {
        return ConfigWarnings.of(new ServerConfig(
                host,
                port,
                null,
                new ConnectionLimits(1, 1, Duration.ofSeconds(1), Duration.ofSeconds(1)),
                null,
                Duration.ZERO,
                gateway));
    }

    @Test
    void anOpenGatewayIsNamedByItsAddress() {
        assertThat(warnings("0.0.0.0", 8080, Gateway.builder()))
                .singleElement()
                .asString()
                .startsWith("No authentication configured: anyone who can reach 0.0.0.0:8080 can publish.");
        assertThat(warnings("::", 8080, Gateway.builder()))
                .singleElement()
                .asString()
                .contains("reach [::]:8080 can");
        assertThat(warnings("0.0.0.0", 0, Gateway.builder()))
                .singleElement()
                .asString()
                .contains("reach 0.0.0.0 can");
    }

    @Test
    void loopbackAndAuthenticationAreSafe() {
        assertThat(warnings("localhost", 8080, Gateway.builder())).isEmpty();
        assertThat(warnings("0.0.0.0", 8080, Gateway.builder().authorizer(request -> Mono.just(Authorization.allow()))))
                .isEmpty();
    }

    @Test
    void anAddressThatAllPublishersUseIsNamedWithoutItsKey() {
        assertThat(warnings(
                        "localhost",
                        0,
                        Gateway.builder().publishTo("rtmp://host/app/{streamKey}", "rtmp://other/app/s3cr3t")))
                .containsExactly(
                        "--publish rtmp://other/… has no {streamKey}: all publishers use the same address there.");
    }

    @Test
    void anyOriginIsAWarning() {
        assertThat(warnings("localhost", 0, Gateway.builder().allowOrigins("*")))
                .singleElement()
                .asString()
                .startsWith("--allow-origin * lets any web page publish");
    }
}
