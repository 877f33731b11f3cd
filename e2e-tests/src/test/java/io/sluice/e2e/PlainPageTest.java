package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.e2e.harness.Chromium;
import io.sluice.e2e.harness.Concurrency.OneBrowserAtATime;
import io.sluice.e2e.harness.Footage;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.GlassMeter;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.SourcePage;
import io.sluice.e2e.harness.Stage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The fifteen lines that every other project ships, on a good network. */
@OneBrowserAtATime
final class PlainPageTest {

    @RegisterExtension
    final Stage stage = new Stage();

    @Test
    void arrivesWholeAndInSync() {
        GlassMeter meter = stage.glassMeter();
        GatewayProcess gateway = stage.gateway("--publish", meter.publishUrl()).start();
        Chromium browser = stage.chromium();
        SourcePage page = SourcePage.open(browser, gateway.uri("")).film(Map.of("grain", 0.1));
        page.publishPlainly(stage.key("plain"), "video/webm;codecs=h264,opus", 250);
        meter.await("five seconds", Publisher.SOON, readings -> readings.size() > 150);
        int last = page.stop();
        Footage footage = Footage.in(meter.recording());
        assertThat(footage.complaints()).isEmpty();
        assertThat(footage.damaged()).isZero();
        // A busy machine's encoder leaves pictures out; a lost connection or a lost message would be a gap of many.
        assertThat(footage.missing()).hasSizeLessThan(footage.shots().size() / 6);
        assertThat(footage.repeated()).isEmpty();
        // Its recorder throws away what its encoder still holds: sometimes the last picture or two.
        assertThat(footage.last()).isGreaterThan(last - 10);
        assertThat(footage.claps())
                .isNotEmpty()
                .allSatisfy(clap -> assertThat(clap.soundLateMillis()).isCloseTo(0L, within(60L)));
        assertThat(browser.complaints()).isEmpty();
    }
}
