package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.DocumentedLog;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.RtmpServer;
import io.sluice.e2e.harness.RtmpViewer;
import io.sluice.e2e.harness.SentPicture;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Output;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Outputs fail and return apart: what happens to one of them costs the others nothing, and everyone is told. */
final class OutputsApartTest {

    /** On an idle machine it takes 0.3 to 2.5 s. */
    private static final Duration BACK = Duration.ofSeconds(10);

    /** On an idle machine it takes less than 3 s. */
    private static final Duration REFUSED = Duration.ofSeconds(30);

    /** On an idle machine a server that hangs is noticed after 8 s, and an FFmpeg that died replaced within 1 s. */
    private static final Duration NOTICED = Duration.ofSeconds(20);

    @RegisterExtension
    final Stage stage = new Stage();

    private Recording recording;
    private RtmpServer healthy;
    private String key;

    @BeforeEach
    void film() {
        recording = Recording.live(60);
        healthy = stage.rtmpServer().start();
        key = stage.key("apart");
    }

    /** What can happen to a server. */
    private enum Fault {
        KILLED("closed the connection during the stream") {
            @Override
            void happen(RtmpServer server) {
                server.kill();
            }

            @Override
            void end(RtmpServer server) {
                server.start();
            }
        },
        FROZEN("has accepted no media for 5 s") {
            @Override
            void happen(RtmpServer server) {
                server.freeze();
            }

            @Override
            void end(RtmpServer server) {
                server.thaw();
            }
        };

        private final String words;

        Fault(String words) {
            this.words = words;
        }

        abstract void happen(RtmpServer server);

        abstract void end(RtmpServer server);
    }

    @ParameterizedTest
    @EnumSource
    void aServerThatFailsComesBackAndTheOtherLosesNothing(Fault fault) {
        RtmpServer server = stage.rtmpServer().start();
        GatewayProcess gateway = publishingTo(server, healthy);
        Publisher publisher = live(gateway);
        awaitOutput(publisher, 0, Output.State.LIVE, Publisher.SOON);
        awaitOutput(publisher, 1, Output.State.LIVE, Publisher.SOON);
        RtmpViewer viewer = healthy.watch(key);
        viewer.awaitPicture(1);

        long faultNanos = System.nanoTime();
        fault.happen(server);
        Output away = awaitOutput(publisher, 0, Output.State.AWAY, Publisher.SOON);
        assertThat(Duration.ofNanos(System.nanoTime() - faultNanos)).isLessThan(NOTICED);
        assertThat(away.name()).isEqualTo(server.name());
        assertThat(away.code()).isEqualTo(FailureCode.OUTPUT_FAILED);
        awaitMedia(publisher, 3);
        int publishes = server.publishes().size();
        long returnNanos = System.nanoTime();
        fault.end(server);
        Output back = publisher
                .heard()
                .await(
                        Output.class,
                        Publisher.SOON,
                        output -> output.index() == 0 && output.state() == Output.State.LIVE && output.restarts() > 0);
        assertThat(Duration.ofNanos(server.publishes().get(publishes) - returnNanos))
                .isLessThan(BACK);
        assertThat(back.lostMs()).isPositive();
        RtmpViewer again = server.watch(key);
        again.awaitPicture(1);

        assertThat(again.pictures().get(0).millis())
                .as("time goes on")
                .isGreaterThan(viewer.pictures().get(0).millis());
        assertThat(viewer.missing(recording.sentPictures())).isEmpty();
        assertThat(publisher.heard().all(Failed.class)).isEmpty();
        DocumentedLog.assertLogged(gateway, fault.words);
        DocumentedLog.assertLogged(gateway, "is live again");
        assertThat(gateway.output())
                .contains("Output 1 (" + server.name() + ")")
                .doesNotContain(key);
    }

    @Test
    void aRefusedKeyIsToldAndNotTriedAgain() {
        RtmpServer server = stage.rtmpServer().start();
        server.refuse(true);
        GatewayProcess gateway = publishingTo(server, healthy);
        Publisher publisher = live(gateway);
        Output failed = awaitOutput(publisher, 0, Output.State.FAILED, REFUSED);
        assertThat(failed.message()).contains("rejected");
        assertThat(server.publishes()).hasSizeLessThanOrEqualTo(2);
        DocumentedLog.assertLogged(gateway, "has failed for good");
        awaitOutput(publisher, 1, Output.State.LIVE, Publisher.SOON);
        awaitMedia(publisher, 2);
        assertThat(publisher.heard().all(Failed.class)).isEmpty();
    }

    @Test
    void aRefusedKeyOfTheOnlyOutputEndsTheStreamForGood() {
        healthy.refuse(true);
        Publisher publisher = live(publishingTo(healthy));
        Failed failed = publisher.heard().awaitFailed(REFUSED);
        assertThat(failed.code()).isEqualTo(FailureCode.OUTPUT_FAILED);
        assertThat(failed.failure().retryable()).isFalse();
        assertThat(healthy.publishes()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aStreamThatNeedsAllItsOutputsEndsWithTheFirst() {
        RtmpServer server = stage.rtmpServer().start();
        server.refuse(true);
        GatewayProcess gateway = stage.gateway(
                        "--publish", server.publishUrl(), "--publish", healthy.publishUrl(), "--require-outputs", "all")
                .start();
        Publisher publisher = live(gateway);
        assertThat(publisher.heard().awaitFailed(REFUSED).code()).isEqualTo(FailureCode.OUTPUT_FAILED);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @Test
    void aServerThatIsAbsentAtTheStartIsUsedOnceItIsThere() {
        RtmpServer server = stage.rtmpServer();
        Publisher publisher = live(publishingTo(server));
        awaitOutput(publisher, 0, Output.State.AWAY, Publisher.SOON);
        awaitMedia(publisher, 3);
        server.start();
        long startNanos = System.nanoTime();
        awaitOutput(publisher, 0, Output.State.LIVE, Publisher.SOON);
        assertThat(Duration.ofNanos(server.publishes().get(0) - startNanos)).isLessThan(BACK);
    }

    @Test
    void anFfmpegThatIsKilledIsReplacedWithoutAMissingPicture() {
        // However late: on a busy machine it could otherwise skip.
        GatewayProcess gateway = stage.gateway("--publish", healthy.publishUrl(), "--max-delay", "0s")
                .start();
        Publisher publisher = live(gateway);
        awaitOutput(publisher, 0, Output.State.LIVE, Publisher.SOON);
        RtmpViewer viewer = healthy.watch(key);
        viewer.awaitPicture(1);
        for (int kill = 1; kill <= 3; kill++) {
            long before = latest(viewer);
            int publishes = healthy.publishes().size();
            long killNanos = System.nanoTime();
            gateway.children().forEach(ProcessHandle::destroyForcibly);
            await("another publication")
                    .atMost(Publisher.SOON)
                    .until(() -> healthy.publishes().size() > publishes);
            long backNanos = healthy.publishes().get(publishes) - killNanos;
            if (kill == 1) {
                assertThat(Duration.ofNanos(backNanos)).isLessThan(BACK);
            }
            viewer.awaitPicture(before + 4_000);
        }
        DocumentedLog.assertLogged(gateway, "was interrupted");
        assertThat(viewer.missing(recording.sentPictures())).isEmpty();
        assertThat(viewer.repeated(recording.sentPictures()))
                .as("a group and 1.5 s each")
                .isLessThan(3 * 105);
        assertThat(publisher.heard().all(Failed.class)).isEmpty();
        List<Long> accepted = publisher.heard().all(io.sluice.protocol.Progress.class).stream()
                .map(io.sluice.protocol.Progress::acceptedBytes)
                .toList();
        assertThat(accepted).isSorted();
    }

    private GatewayProcess publishingTo(RtmpServer... servers) {
        List<String> arguments = new ArrayList<>(List.of("--max-delay", "4s"));
        List.of(servers).forEach(server -> arguments.addAll(List.of("--publish", server.publishUrl())));
        return stage.gateway(arguments.toArray(String[]::new)).start();
    }

    private Publisher live(GatewayProcess gateway) {
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.say("{\"type\":\"open\",\"outputs\":true,\"offers\":[\"" + recording.mimeType() + "\"]}");
        publisher.heard().awaitOpened(Publisher.SOON);
        Together.start(() -> publisher.send(recording, Pace.ITS_OWN));
        return publisher;
    }

    private static Output awaitOutput(Publisher publisher, int index, Output.State state, Duration limit) {
        return publisher
                .heard()
                .await(Output.class, limit, output -> output.index() == index && output.state() == state);
    }

    /** Lets some seconds of media pass. */
    private static void awaitMedia(Publisher publisher, int seconds) {
        long before = System.nanoTime();
        await("more media")
                .atMost(Publisher.SOON)
                .until(() ->
                        System.nanoTime() - before > Duration.ofSeconds(seconds).toNanos()
                                && publisher.sentBytes() > 0);
    }

    private static long latest(RtmpViewer viewer) {
        List<SentPicture> pictures = viewer.pictures();
        return pictures.get(pictures.size() - 1).millis();
    }
}
