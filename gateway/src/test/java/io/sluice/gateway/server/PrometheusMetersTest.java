package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.GatewayVersion;
import org.junit.jupiter.api.Test;

class PrometheusMetersTest {

    @Test
    void theBuildAndTheGarbageCollectorHaveMetrics() {
        try (PrometheusMeters meters = new PrometheusMeters()) {
            assertThat(meters.text())
                    .containsPattern("(?m)^sluice_build_info\\{java=\"[^\"]+\",version=\"" + GatewayVersion.VERSION
                            + "\"\\} 1(\\.0)?$")
                    .contains("jvm_gc_max_data_size_bytes", "jvm_gc_memory_allocated_bytes_total");
        }
    }
}
