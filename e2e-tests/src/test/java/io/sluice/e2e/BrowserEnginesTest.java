package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sluice.e2e.harness.Chromium;
import io.sluice.e2e.harness.Concurrency.OneBrowserAtATime;
import io.sluice.e2e.harness.Footage;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.LiveStream;
import io.sluice.e2e.harness.Media;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.SourcePage;
import io.sluice.e2e.harness.Stage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each way in which this browser can encode, from the library's publish() to the far end of RTMP, picture by picture.
 */
@OneBrowserAtATime
final class BrowserEnginesTest {

    private static final Duration LENGTH = Duration.ofMillis(3_500);

    /** Two seconds, and what a picture's time is rounded by. */
    private static final double KEY_FRAME_INTERVAL_SECONDS = 2.05;

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static NginxReceiver nginx;
    private static GatewayProcess gateway;
    private static Chromium browser;

    @BeforeAll
    static void start() {
        nginx = STAGE.nginx();
        gateway = STAGE.gateway("--publish", nginx.publishUrl()).start();
        browser = STAGE.chromium();
    }

    @ParameterizedTest
    @CsvSource({
        "webcodecs, h264, copy",
        "webcodecs, vp8, transcode",
        "webcodecs, vp9, transcode",
        "webcodecs, av1, transcode",
        "media-recorder, h264, copy",
        "media-recorder, vp8, transcode",
        "media-recorder, vp9, transcode",
        "media-recorder, av1, transcode"
    })
    void everyPictureAndItsSoundArrive(String engine, String codec, String handling) {
        String key = STAGE.key(engine + "_" + codec);
        // So small that a software encoder keeps up beside other tests.
        SourcePage page =
                SourcePage.open(browser, gateway.uri("")).film(Map.of("width", 320, "height", 180, "grain", 0.1));
        LiveStream live = page.publish(
                Map.of("streamKey", key, "engines", List.of(engine), "video", Map.of("codecs", List.of(codec))));
        assertThat(live.negotiated().path("engine").asText()).isEqualTo(engine);
        assertThat(live.negotiated().path("video").asText()).isEqualTo(handling);
        LiveStream.End end = live.awaitLive(LENGTH).stop();
        int encodedFrames = live.stats().path("encodedFrames").asInt();
        page.page().close();

        Path recording = nginx.recording(key);
        Media media = Media.in(recording);
        assertThat(media.video().codec()).isEqualTo("h264");
        assertThat(media.audio().codec()).isEqualTo("aac");
        // The first picture after two seconds is a key frame, and a busy browser leaves out pictures.
        assertThat(media.video().longestKeyFrameIntervalSeconds())
                .isLessThan(KEY_FRAME_INTERVAL_SECONDS + media.video().longestPictureSeconds());
        Footage footage = Footage.in(recording);
        assertThat(footage.complaints()).isEmpty();
        assertThat(footage.damaged()).isZero();
        assertThat(footage.last()).as("the last picture").isGreaterThanOrEqualTo(end.lastPicture());
        // A busy machine's encoders leave pictures out, and encoding again evens out their times.
        assertThat(footage.missing()).hasSizeLessThan(footage.shots().size() / 6);
        if (handling.equals("copy")) {
            assertThat(footage.repeated()).isEmpty();
            assertThat(footage.shots()).hasSize(encodedFrames);
        }
        assertThat(footage.claps())
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(clap -> assertThat(clap.soundLateMillis()).isCloseTo(0L, within(60L)));
        assertThat(browser.complaints()).isEmpty();
    }
}
