package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.e2e.harness.Chromium;
import io.sluice.e2e.harness.Concurrency.OneBrowserAtATime;
import io.sluice.e2e.harness.Footage;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.LiveStream;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Nightly;
import io.sluice.e2e.harness.SourcePage;
import io.sluice.e2e.harness.Stage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Picture and sound stay together for as long as somebody streams; and two streams live on one page. */
@OneBrowserAtATime
final class SyncTest {

    private static final Duration LENGTH = Nightly.or(Duration.ofMinutes(2), Duration.ofSeconds(20));
    private static final long MOST_MILLIS = 60;

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void soundIsWithItsPictureFromStartToEndOfBothEnginesOnOnePage() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl()).start();
        Chromium browser = stage.chromium();
        SourcePage page = SourcePage.open(browser, gateway.uri("")).film(Map.of("width", 480, "height", 270));
        String recorderKey = stage.key("recorder");
        String codecsKey = stage.key("codecs");
        LiveStream recorder = page.publish(options(recorderKey, "media-recorder"));
        LiveStream codecs = page.publish(options(codecsKey, "webcodecs"));
        codecs.awaitLive(LENGTH);
        codecs.stop();
        recorder.stop();
        assertInSync(Footage.in(nginx.recording(codecsKey)));
        assertInSync(Footage.in(nginx.recording(recorderKey)));
        assertThat(browser.complaints()).isEmpty();
    }

    private static Map<String, Object> options(String key, String engine) {
        return Map.of(
                "streamKey",
                key,
                "engines",
                List.of(engine),
                "video",
                Map.of("codecs", List.of("h264"), "bitsPerSecond", 500_000));
    }

    private static void assertInSync(Footage footage) {
        List<Footage.Clap> claps = footage.claps();
        // One is not counted if its first picture is missing.
        assertThat(claps).hasSizeGreaterThan((int) LENGTH.toSeconds() * 3 / 4);
        assertThat(claps.get(0).seconds()).isLessThan(10);
        assertThat(claps.get(claps.size() - 1).seconds()).isGreaterThan((double) LENGTH.toSeconds() - 5);
        assertThat(claps).allSatisfy(clap -> assertThat(clap.soundLateMillis()).isCloseTo(0L, within(MOST_MILLIS)));
        assertThat(footage.complaints()).isEmpty();
        assertThat(footage.damaged()).isZero();
    }
}
