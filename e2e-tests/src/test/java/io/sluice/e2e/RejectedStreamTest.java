package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A real server that answers and refuses the stream key: neither the browser nor the network is blamed for it. */
final class RejectedStreamTest {

    @RegisterExtension
    final Stage stage = new Stage();

    /** FFmpeg says no more than "Input/output error" then, the one on the path as well as the bundled one. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theClientHearsWhoRejectedWhatAndThatARetryDoesNotHelp(boolean bundled) {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess.Launch launch = stage.gateway("--publish", nginx.rejectingUrl());
        GatewayProcess gateway = bundled
                ? launch.env("PATH", stage.directory("nothing").toString()).start()
                : launch.start();
        String key = stage.key("rejected");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        Recording recording = Recording.named("webm-h264-opus-2500k.webm");
        publisher.open(recording.mimeType());
        Together.start(() -> {
            sendUntilItBreaks(publisher, recording);
            return null;
        });
        Failed failed = publisher.heard().awaitFailed(Publisher.SOON);
        assertThat(failed.code()).isEqualTo(FailureCode.OUTPUT_FAILED);
        assertThat(failed.retryable()).isFalse();
        assertThat(failed.message())
                .contains("rejected the stream key", "Output: rtmp://127.0.0.1:" + nginx.port() + "/rejecting.")
                .doesNotContain(key);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    private static void sendUntilItBreaks(Publisher publisher, Recording media) {
        try {
            publisher.send(media, Pace.ITS_OWN);
        } catch (AssertionError e) {
            // The gateway has closed, as it should.
        }
    }
}
