package io.sluice.gateway.ffmpeg.install;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChildEnvironmentTest {

    private static final Map<String, String> PARENT = Map.of(
            "PATH", "/bin",
            "https_proxy", "http://proxy:3128",
            "LIBVA_DRIVER_NAME", "iHD",
            "FFREPORT", "file=/tmp/x",
            "LD_PRELOAD", "evil.so",
            "AWS_SECRET_ACCESS_KEY", "a",
            "SLUICE_PUBLISH", "rtmp://host/app/key",
            "SINK_OUT", "b");

    @Test
    void onlyWhatFfmpegNeedsIsPassedOn() {
        assertThat(ChildEnvironment.from(PARENT, List.of()))
                .containsOnlyKeys("PATH", "https_proxy", "LIBVA_DRIVER_NAME");
    }

    @Test
    void theOperatorAddsNamesAndPrefixes() {
        assertThat(ChildEnvironment.from(PARENT, List.of("AWS_SECRET_ACCESS_KEY", "SINK_*", "NOT_THERE")))
                .containsOnlyKeys("PATH", "https_proxy", "LIBVA_DRIVER_NAME", "AWS_SECRET_ACCESS_KEY", "SINK_OUT");
    }

    @Test
    void noPrefixPassesTheGatewaysOwnVariables() {
        Map<String, String> rest = new HashMap<>(PARENT);
        rest.remove("SLUICE_PUBLISH");
        assertThat(ChildEnvironment.from(PARENT, List.of("*", "SLUICE_*"))).isEqualTo(rest);
        assertThat(ChildEnvironment.from(PARENT, List.of("SLUICE_PUBLISH"))).containsKey("SLUICE_PUBLISH");
    }
}
