package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.Bystander;
import io.sluice.e2e.harness.Concurrency.OneCrowdAtATime;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Crowds, and the traces that streams leave. */
@OneCrowdAtATime
final class ManyAtOnceTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-videoonly.webm");
    private NginxReceiver nginx;

    @BeforeEach
    void start() {
        nginx = stage.nginx();
    }

    @Test
    void fiftyThatStartAtOnceAllArriveAndDoNotDisturbThoseAlreadyLive() {
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        List<Bystander> live = IntStream.range(0, 5)
                .mapToObj(i -> Bystander.live(gateway, nginx, stage.key("live" + i)))
                .toList();
        List<Broadcast> crowd =
                Together.doAll(Publisher.SOON.multipliedBy(2), broadcasts(gateway, "crowd", 50, Pace.ITS_OWN));
        live.forEach(Bystander::assertUndisturbed);
        for (Broadcast broadcast : crowd) {
            assertThat(broadcast.ended().acceptedBytes()).isEqualTo(recording.sizeBytes());
        }
        // The pictures of a few stand for all: each stream is checked for its bytes and its last frame's time.
        crowd.subList(0, 5).forEach(Broadcast::assertWhole);
        assertThat(crowd)
                .allSatisfy(
                        broadcast -> assertThat(broadcast.ended().outTimeMs()).isGreaterThan(8_900));
        assertThat(gateway.children()).isEmpty();
    }

    @Test
    void streamsLeaveNoTraces() {
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        inRounds(gateway, 3);
        long descriptors = gateway.facts().descriptors();
        long threads = gateway.facts().threads();
        inRounds(gateway, 6);
        gateway.awaitNoChildren(Duration.ofSeconds(5));
        assertThat(gateway.facts().descriptors()).isLessThanOrEqualTo(descriptors + 2);
        assertThat(gateway.facts().threads()).isLessThanOrEqualTo(threads + 5);
    }

    private void inRounds(GatewayProcess gateway, int rounds) {
        for (int round = 0; round < rounds; round++) {
            Together.doAll(Publisher.SOON, broadcasts(gateway, "round" + round, 5, Pace.FLAT_OUT))
                    .forEach(broadcast ->
                            assertThat(broadcast.ended().acceptedBytes()).isEqualTo(recording.sizeBytes()));
        }
    }

    private List<Callable<Broadcast>> broadcasts(GatewayProcess gateway, String name, int count, Pace pace) {
        return IntStream.range(0, count)
                .<Callable<Broadcast>>mapToObj(
                        i -> () -> Broadcast.of(gateway, nginx, stage.key(name + "_" + i), recording, pace))
                .toList();
    }
}
