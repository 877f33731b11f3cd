package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A machine without any FFmpeg: the one that comes with the build has to do, and is a much newer one. */
final class BundledFfmpegTest {

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static NginxReceiver nginx;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        nginx = STAGE.nginx();
        gateway = STAGE.gateway("--publish", nginx.publishUrl())
                .env("PATH", STAGE.directory("nothing").toString())
                .start();
    }

    @Test
    void isUsedWhenThereIsNoneOnThePath() {
        assertThat(gateway.output()).contains("8.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "webm-h264-opus.webm",
                "webm-vp8-opus.webm",
                "webm-av1-opus.webm",
                "webm-opus-audioonly.webm",
                "mp4-avc1-opus.mp4"
            })
    void carriesARecordingFromTheFirstFrameToTheLast(String name) {
        Broadcast.of(gateway, nginx, STAGE.key(name.replace('.', '_')), Recording.named(name), Pace.FOURFOLD)
                .assertWhole();
    }
}
