package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.PeakMemory;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.harness.Tool;
import io.sluice.protocol.Ended;
import io.sluice.protocol.FailureCode;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Without an output, streams can be watched at the gateway itself. */
final class PreviewTest {

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static GatewayProcess gateway;

    @BeforeAll
    static void start() {
        gateway = STAGE.gateway().start();
    }

    @ParameterizedTest
    @CsvSource({
        "webm-h264-opus.webm, ''",
        "webm-h264-opus.webm, ?a=b&c=-_d",
        "webm-vp8-opus.webm, ''",
        "mp4-avc1-opus.mp4, :+~.",
        "webm-h264-videoonly.webm, ''"
    })
    void aLiveStreamCanBeWatchedAndIsGoneAfterItsEnd(String name, String suffix) {
        Recording recording = Recording.named(name);
        String key = STAGE.secret(STAGE.key("watched") + suffix);
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        Together.InBackground<Ended> stream =
                Together.start(() -> publisher.send(recording, Pace.ITS_OWN).stop());
        String playlist = watch(key) + "/index.m3u8";
        await("the playlist")
                .atMost(Publisher.SOON)
                .until(() -> gateway.get(playlist).statusCode() == 200);
        assertThat(gateway.get(watch(key)).body()).contains("<video");
        assertPlays(playlist, 90);
        assertThat(stream.await(Publisher.SOON).acceptedBytes()).isEqualTo(recording.sizeBytes());
        await("the end of the preview")
                .atMost(Duration.ofSeconds(60))
                .until(() -> gateway.get(playlist).statusCode() == 404);
    }

    @Test
    void theSoundOfAnAudioOnlyStreamCanBeHeard() {
        Recording recording = Recording.named("webm-opus-audioonly.webm");
        String key = STAGE.key("heard");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FOURFOLD);
        String playlist = watch(key) + "/index.m3u8";
        await("the playlist")
                .atMost(Publisher.SOON)
                .until(() -> gateway.get(playlist).statusCode() == 200);
        Tool.Run run = Tool.FFMPEG.run(
                Publisher.SOON, "-v", "error", "-i", gateway.uri(playlist).toString(), "-t", "1", "-f", "null", "-");
        assertThat(run.exitCode()).as(run.err()).isZero();
        publisher.stop();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/watch/nobody/index.m3u8",
                "/watch/nobody/segment0.ts",
                "/watch/../../etc/passwd",
                "/watch/nobody/..%2f..%2f..%2fetc%2fpasswd",
                "/watch/%2e%2e/%2e%2e/etc/passwd",
                "/watch/nobody/%2Fetc%2Fpasswd",
                "/no/such/page"
            })
    void whatDoesNotExistIsNotFound(String path) {
        assertThat(gateway.get(path).statusCode()).isIn(400, 404);
        assertThat(gateway.get(path).body()).doesNotContain("root:");
    }

    @Test
    void withAnOutputNothingCanBeWatchedUnlessAskedFor() {
        GatewayProcess publishing =
                STAGE.gateway("--publish", STAGE.nginx().publishUrl()).start();
        Recording recording = Recording.named("webm-h264-opus.webm");
        String key = STAGE.key("unwatched");
        Publisher publisher = publishing.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FLAT_OUT);
        assertThat(publishing.get(watch(key) + "/index.m3u8").statusCode()).isEqualTo(404);
        publisher.stop();
    }

    @Test
    void withPreviewAStreamIsPublishedAndCanBeWatched() {
        NginxReceiver nginx = STAGE.nginx();
        GatewayProcess both =
                STAGE.gateway("--publish", nginx.publishUrl(), "--preview").start();
        Recording recording = Recording.named("webm-h264-opus.webm");
        String key = STAGE.key("both");
        Publisher publisher = both.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FLAT_OUT);
        String playlist = watch(key) + "/index.m3u8";
        await("the playlist")
                .atMost(Publisher.SOON)
                .until(() -> both.get(playlist).statusCode() == 200);
        publisher.stop();
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    /** FFmpeg keeps a segment in its memory until the next key frame. */
    @Test
    void aPreviewWithoutKeyFramesEndsItsStreamBeforeFfmpegHoldsMuch() throws IOException {
        GatewayProcess bundled = STAGE.gateway()
                .env("PATH", STAGE.directory("nothing").toString())
                .start();
        Recording recording = Recording.heavy(STAGE.directory("heavy"), 4, 10_000);
        for (GatewayProcess each : List.of(gateway, bundled)) {
            try (PeakMemory memory = PeakMemory.ofChildrenOf(each)) {
                Publisher publisher = each.connect(Publisher.negotiated(STAGE.key("endless")));
                publisher.open(recording.mimeType());
                // It breaks off, or everything was in the sockets before the gateway had had enough.
                Together.start(() -> publisher.send(recording, Pace.FLAT_OUT));
                assertThat(Refusal.assertTold(publisher, FailureCode.KEY_FRAMES_MISSING, Publisher.SOON))
                        .contains("key frame interval to 2 s");
                assertThat(memory.bytes()).isBetween(1L, 200L << 20);
            }
        }
    }

    private static String watch(String key) {
        return "/watch/" + URLEncoder.encode(key, StandardCharsets.UTF_8);
    }

    private static void assertPlays(String playlist, int pictures) {
        Tool.Run run = Tool.FFMPEG.run(
                Publisher.SOON,
                "-v",
                "error",
                "-i",
                gateway.uri(playlist).toString(),
                "-map",
                "0:v",
                "-frames:v",
                Integer.toString(pictures),
                "-vsync",
                "passthrough",
                "-f",
                "framemd5",
                "-");
        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines().filter(line -> !line.startsWith("#")).distinct())
                .hasSize(pictures);
    }
}
