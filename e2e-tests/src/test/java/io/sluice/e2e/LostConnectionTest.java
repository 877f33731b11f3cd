package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.e2e.harness.Chromium;
import io.sluice.e2e.harness.Concurrency.OneBrowserAtATime;
import io.sluice.e2e.harness.Footage;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.LiveStream;
import io.sluice.e2e.harness.NetworkLink;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.SourcePage;
import io.sluice.e2e.harness.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A browser that loses its connection and continues its recording: every picture arrives, once. */
@OneBrowserAtATime
final class LostConnectionTest {

    private static final Duration SOON = Publisher.SOON;

    @RegisterExtension
    final Stage stage = new Stage();

    @ParameterizedTest
    @ValueSource(strings = {"webcodecs", "media-recorder"})
    void everyPictureArrivesOnceHoweverTheConnectionIsLost(String engine) {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        NetworkLink link = stage.linkTo(gateway);
        Chromium browser = stage.chromium();
        SourcePage page = SourcePage.open(browser, link.uri("")).film(Map.of());
        String key = stage.key("lost");
        LiveStream live = page.publish(options(key, engine)).awaitLive(Duration.ofSeconds(3));
        String session = live.negotiated().path("sessionId").asText();

        // Both ends are told.
        link.cut();
        awaitResumed(live, 1);
        // Nobody is told, and what was under way arrives after the next connection has continued.
        link.strand();
        awaitResumed(live, 2);
        link.speak();
        live.awaitThat("live.stats.acceptedBytes > " + live.stats().path("sentBytes"), SOON);
        // Nobody is told, and nothing new gets through either.
        link.silence();
        live.awaitThat("live.state === 'reconnecting'", SOON);
        link.speak();
        awaitResumed(live, 3);
        // No connection for a while.
        link.unplug();
        live.awaitThat("said.filter(({ type }) => type === 'failure').length >= 6", SOON);
        link.plugIn();
        awaitResumed(live, 4);
        LiveStream.End end = live.stop();

        assertThat(live.negotiated().path("sessionId").asText()).isEqualTo(session);
        assertThat(live.stats().path("reconnects").asInt()).isZero();
        assertThat(live.stats().path("droppedFrames").asInt()).isZero();
        assertThat(live.said("resumed")).allSatisfy(resumed -> {
            assertThat(resumed.path("mode").asText()).isEqualTo("exact");
            assertThat(resumed.path("lostGroups").asInt()).isZero();
        });
        assertThat(end.ended().path("acceptedBytes").asLong())
                .isEqualTo(live.stats().path("sentBytes").asLong());
        assertComplete(Footage.in(nginx.recording(key)), live.stats(), end);
        assertThat(browser.complaints()).allMatch(complaint -> complaint.contains("WebSocket"));
    }

    @Test
    void aStopWhileAwayIsConfirmedAfterwards() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        NetworkLink link = stage.linkTo(gateway);
        SourcePage page = SourcePage.open(stage.chromium(), link.uri("")).film(Map.of());
        String key = stage.key("stopped");
        LiveStream live = page.publish(options(key, "webcodecs")).awaitLive(Duration.ofSeconds(3));
        link.unplug();
        live.awaitThat("live.state === 'reconnecting'", SOON).awaitThat("live.stats.queuedMs > 1000", SOON);
        live.awaitThat("(live.stop(), live.state === 'stopping')", SOON);
        link.plugIn();
        LiveStream.End end = live.stop();
        assertThat(live.said("state"))
                .extracting(word -> word.path("state").asText())
                .containsExactly("reconnecting", "stopping", "ended");
        assertThat(end.ended().path("acceptedBytes").asLong())
                .isEqualTo(live.stats().path("sentBytes").asLong());
        Footage footage = Footage.in(nginx.recording(key));
        assertThat(footage.shots()).hasSize(live.stats().path("encodedFrames").asInt());
        assertThat(footage.repeated()).isEmpty();
        assertThat(footage.damaged()).isZero();
    }

    @Test
    void aGatewayThatIsStartedAgainGetsTheRecordingFromItsLastGroupOn() {
        NginxReceiver nginx = stage.nginx();
        String[] arguments = {
            "--host", "127.0.0.1", "--port", Integer.toString(Ports.free()), "--publish", nginx.publishUrl()
        };
        GatewayProcess gateway = stage.gateway(arguments).startPlainly();
        SourcePage page = SourcePage.open(stage.chromium(), gateway.uri("")).film(Map.of());
        String key = stage.key("again");
        LiveStream live = page.publish(options(key, "webcodecs")).awaitLive(Duration.ofSeconds(3));
        int shownBefore = (int) page.page().evaluate("() => source.shown.number");
        gateway.terminate();
        gateway.awaitExit(SOON);
        stage.gateway(arguments).startPlainly();
        awaitResumed(live, 1);
        LiveStream.End end = live.stop();

        assertThat(live.said("resumed"))
                .extracting(resumed -> resumed.path("mode").asText())
                .containsExactly("restart");
        // The receiver's file is that of the second publish. Nothing is missing between the two.
        Footage footage = Footage.in(nginx.recording(key));
        assertThat(footage.first()).isLessThanOrEqualTo(shownBefore);
        assertThat(footage.damaged()).isZero();
        assertThat(footage.repeated()).isEmpty();
        assertThat(footage.missing()).hasSizeLessThan(footage.shots().size() / 2);
        assertThat(footage.last()).isGreaterThanOrEqualTo(end.lastPicture());
    }

    /** Until it has been continued so many times, and has gone on for a while. */
    private static void awaitResumed(LiveStream live, int times) {
        live.awaitThat("live.stats.resumes === " + times + " && live.state === 'live'", SOON);
        live.awaitThat("live.stats.acceptedBytes > " + live.stats().path("sentBytes"), SOON);
    }

    private static void assertComplete(Footage footage, JsonNode stats, LiveStream.End end) {
        assertThat(footage.complaints()).isEmpty();
        assertThat(footage.damaged()).isZero();
        assertThat(footage.repeated()).isEmpty();
        // A busy machine's encoder leaves pictures out of those that the page draws; none is lost that it encoded.
        assertThat(footage.shots()).hasSize(stats.path("encodedFrames").asInt());
        assertThat(footage.last()).isGreaterThanOrEqualTo(end.lastPicture());
    }

    private static Map<String, Object> options(String key, String engine) {
        return Map.of(
                "streamKey",
                key,
                "engines",
                List.of(engine),
                "video",
                Map.of("codecs", List.of("h264"), "bitsPerSecond", 1_200_000),
                "audio",
                Map.of("bitsPerSecond", 64_000));
    }
}
