package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.TcpGate;
import io.sluice.e2e.wire.Frame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What the first picture waits for: nothing but its own message. FFmpeg's own defaults would hold it until a second and
 * more of the stream had come. Told without a clock: nothing else is ever sent.
 */
final class DelayTest {

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void theFirstPictureComesOutAlthoughNothingFollowsTheFirstMessage() {
        NginxReceiver nginx = stage.nginx();
        TcpGate tap = stage.gateTo(nginx.port());
        GatewayProcess gateway =
                stage.gateway("--publish", NginxReceiver.publishUrl(tap.port())).start();
        Recording recording = Recording.named("webm-h264-opus.webm");
        Publisher publisher = gateway.connect(Publisher.negotiated(stage.key("delay")));
        publisher.open(recording.mimeType());
        long passedBefore = tap.passedBytes();
        publisher.socket().send(Frame.binary(recording.messages().get(0).payload()));
        // RTMP's handshake and commands take less than 5 kB, the first picture more than that.
        tap.awaitPassed(passedBefore + 10_000, Publisher.SOON);
        publisher.leave();
        assertThat(tap.passedBytes()).isGreaterThan(passedBefore + 10_000);
    }
}
