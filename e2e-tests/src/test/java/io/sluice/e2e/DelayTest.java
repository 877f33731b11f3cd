package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.TcpGate;
import io.sluice.e2e.wire.Frame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** How long the first picture takes through the gateway and FFmpeg. FFmpeg's own defaults would hold it for 1.5 s. */
@Execution(ExecutionMode.SAME_THREAD)
final class DelayTest {

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void theFirstPictureComesOutRightAfterTheFirstKeyFrameWentIn() {
        NginxReceiver nginx = stage.nginx();
        TcpGate tap = stage.gateTo(nginx.port());
        GatewayProcess gateway =
                stage.gateway("--publish", NginxReceiver.publishUrl(tap.port())).start();
        Recording recording = Recording.named("webm-h264-opus.webm");
        List<Duration> delays = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("delay" + i)));
            publisher.open(recording.mimeType());
            long passedBefore = tap.passedBytes();
            long start = System.nanoTime();
            publisher.socket().send(Frame.binary(recording.messages().get(0).payload()));
            // RTMP's handshake and commands take less than 5 kB, the first picture more than that.
            long passed = tap.awaitPassed(passedBefore + 10_000, Publisher.SOON);
            delays.add(Duration.ofNanos(passed - start));
            publisher.leave();
        }
        // The best of several is the gateway's and FFmpeg's own doing; the rest is how busy the machine is.
        assertThat(Collections.min(delays)).as("of %s", delays).isLessThan(Duration.ofMillis(250));
    }
}
