package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Chromium;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.GlassMeter;
import io.sluice.e2e.harness.SourcePage;
import io.sluice.e2e.harness.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How old a picture is when it comes out of RTMP, for each way to publish it, in one run. It is no test, for it depends
 * on the machine; docs/browser.md tells how to run it and what came out.
 */
final class DelayMeasurement {

    private static final int FRAME_RATE = 30;
    private static final int BITS_PER_SECOND = 2_500_000;
    private static final int SETTLING_SECONDS = 5;
    private static final int SECONDS = 20;
    private static final String PLAIN_TYPE = "video/webm;codecs=h264,opus";

    @RegisterExtension
    final Stage stage = new Stage();

    private interface Way {
        void publish(SourcePage page, String key);
    }

    @Test
    void fromTheGlassToRtmp() {
        List<String> lines = new ArrayList<>();
        Chromium browser = stage.chromium();
        lines.add(measure(browser, "sluice-client, WebCodecs", (page, key) -> publish(page, key, "webcodecs")));
        lines.add(
                measure(browser, "sluice-client, MediaRecorder", (page, key) -> publish(page, key, "media-recorder")));
        lines.add(measure(browser, "plain page, start(250)", (page, key) -> page.publishPlainly(key, PLAIN_TYPE, 250)));
        lines.add(
                measure(browser, "plain page, start(1000)", (page, key) -> page.publishPlainly(key, PLAIN_TYPE, 1000)));
        System.out.println("\n| way | p50 ms | p95 ms | max ms | pictures |\n|---|---|---|---|---|");
        lines.forEach(System.out::println);
    }

    private String measure(Chromium browser, String name, Way way) {
        GlassMeter meter = stage.glassMeter();
        GatewayProcess gateway = stage.gateway("--publish", meter.publishUrl()).start();
        SourcePage page = SourcePage.open(browser, gateway.uri(""))
                .film(Map.of("width", 1280, "height", 720, "frameRate", FRAME_RATE, "grain", 0.1));
        way.publish(page, stage.key("delay"));
        meter.await("the first picture", Duration.ofSeconds(30), readings -> !readings.isEmpty());
        long from = System.currentTimeMillis() + SETTLING_SECONDS * 1000L;
        long until = from + SECONDS * 1000L;
        meter.await(
                "the measured time",
                Duration.ofSeconds(SETTLING_SECONDS + SECONDS + 10L),
                readings -> System.currentTimeMillis() > until);
        List<GlassMeter.Reading> readings = meter.readings().stream()
                .filter(reading -> reading.arrivedMillis() >= from && reading.arrivedMillis() < until)
                .toList();
        page.page().close();
        gateway.terminate();
        gateway.awaitExit(Duration.ofSeconds(30));
        assertThat(meter.damaged()).isZero();
        return "| %s | %d | %d | %d | %d of %d |"
                .formatted(
                        name,
                        GlassMeter.percentile(50, readings),
                        GlassMeter.percentile(95, readings),
                        GlassMeter.percentile(100, readings),
                        readings.size(),
                        SECONDS * FRAME_RATE);
    }

    private static void publish(SourcePage page, String key, String engine) {
        page.publish(Map.of(
                "streamKey",
                key,
                "engines",
                List.of(engine),
                "video",
                Map.of("codecs", List.of("h264"), "bitsPerSecond", BITS_PER_SECOND)));
    }
}
