package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Bait;
import io.sluice.e2e.harness.Bystander;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.HostileMedia;
import io.sluice.e2e.harness.LeapingMedia;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.PeakMemory;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Frame;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.ServerMessage;
import io.sluice.protocol.Stop;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Media that is made to do harm, through the running gateway into both real FFmpegs. Whatever comes of it: nobody was
 * called, no file got out, FFmpeg is gone, took little memory, and somebody else who was live lost nothing.
 */
final class HostileMediaTest {

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static final String VP8 = "video/webm;codecs=vp8,opus";
    private static final String H264 = "video/webm;codecs=h264,opus";
    private static final String VIDEO_ONLY = "video/webm;codecs=vp8";
    private static final String MP4 = "video/mp4;codecs=\"avc1.42E01F,opus\"";

    /** A stream of 720p that is encoded takes 84 MB; one picture of the attacks would take 400 MB. */
    private static final long MAX_RESIDENT_BYTES = 200L << 20;

    private static final int PIECE_BYTES = 1 << 16;

    /** What is copied costs little, what is encoded takes as long as it lasts. */
    private static final Recording COPIED = Recording.named("webm-h264-opus.webm");

    private static final Recording ENCODED = Recording.named("webm-vp8-opus.webm");
    private static final Recording FRAGMENTED = Recording.named("mp4-avc1-opus.mp4");

    private static Bait bait;
    private static NginxReceiver nginx;
    private static final List<GatewayProcess> gateways = new ArrayList<>();
    private static final List<Bystander> bystanders = new ArrayList<>();
    private static final AtomicInteger attacks = new AtomicInteger();
    private static final AtomicInteger measured = new AtomicInteger();

    @BeforeAll
    static void start() {
        bait = STAGE.bait();
        nginx = STAGE.nginx();
        GatewayProcess onPath = STAGE.gateway("--publish", nginx.publishUrl()).start();
        GatewayProcess bundled = STAGE.gateway("--publish", nginx.publishUrl())
                .env("PATH", STAGE.directory("nothing").toString())
                .start();
        assertThat(bundled.output()).contains("BUNDLED");
        gateways.addAll(List.of(onPath, bundled));
        gateways.forEach(gateway -> bystanders.add(Bystander.live(gateway, nginx, STAGE.key("bystander"))));
    }

    @AfterAll
    static void nobodyElseWasDisturbed() {
        bystanders.forEach(Bystander::assertUndisturbed);
        // An FFmpeg that refuses its first bytes may be gone before it is looked at; not all of them are.
        assertThat(measured.get()).as("attacks whose memory was measured").isGreaterThan(attacks.get() / 2);
        gateways.forEach(gateway -> gateway.awaitNoChildren(Publisher.SOON));
        bait.assertUntouched();
    }

    /** What has no place in a recording is refused by its name. */
    static List<Arguments> refused() {
        String url = bait.url();
        String file = "file://" + bait.file();
        return both(
                Arguments.of("a playlist that calls", VP8, HostileMedia.playlist(url)),
                Arguments.of("a playlist that reads", VP8, HostileMedia.playlist(file)),
                Arguments.of("a playlist, as MP4", MP4, HostileMedia.playlist(url)),
                Arguments.of("ffconcat that calls", VP8, HostileMedia.ffconcat(url)),
                Arguments.of(
                        "ffconcat that reads",
                        VP8,
                        HostileMedia.ffconcat(bait.file().toString())),
                Arguments.of("SDP", VP8, HostileMedia.sdp(URI.create(url).getPort())),
                Arguments.of("DASH", MP4, HostileMedia.dash(url)),
                Arguments.of("a movie that is elsewhere", MP4, HostileMedia.referenceMovie(url)),
                Arguments.of("a huge picture by its header", VIDEO_ONLY, HostileMedia.withHugePictureInTheHeader()),
                Arguments.of("a huge picture in the media", VIDEO_ONLY, HostileMedia.withHugePicturesInTheMedia()));
    }

    /** What FFmpeg may take or not: it is to do no harm. */
    static List<Arguments> harmless() {
        byte[] url = (bait.url() + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] file = ("file://" + bait.file() + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] alias = HostileMedia.alias(bait.file().toString());
        return both(
                Arguments.of("data at an address", MP4, HostileMedia.withDataAt(FRAGMENTED, "url ", url)),
                Arguments.of("data in a file", MP4, HostileMedia.withDataAt(FRAGMENTED, "url ", file)),
                Arguments.of("data by an alias", MP4, HostileMedia.withDataAt(FRAGMENTED, "alis", alias)),
                Arguments.of(
                        "a font",
                        H264,
                        HostileMedia.withAttachedFont(COPIED, bait.file().toString())),
                Arguments.of("a linked segment", H264, HostileMedia.withLinkedSegment(COPIED)),
                Arguments.of("deep nesting", H264, HostileMedia.withDeepNesting(COPIED, 500)),
                Arguments.of("sixty tracks", VIDEO_ONLY, HostileMedia.withTracks(60)),
                Arguments.of("pictures that grow", VP8, HostileMedia.withPicturesThatGrow(ENCODED, 20_000)),
                Arguments.of("a block of 200 MB", VP8, HostileMedia.withBlockOf(ENCODED, 200L << 20)),
                Arguments.of("a block of 1 PB", VP8, HostileMedia.withBlockOf(ENCODED, 1L << 50)),
                Arguments.of("clusters of nothing", VP8, HostileMedia.withClustersOfNothing(ENCODED, 200_000)),
                Arguments.of("blocks that inflate", VIDEO_ONLY, HostileMedia.withInflatedBlocks(9_000_000, 5)));
    }

    @ParameterizedTest(name = "{1} into FFmpeg {0}")
    @MethodSource("refused")
    void whatNoRecorderMakesIsRefusedWithWords(int ffmpeg, String name, String mimeType, byte[] media)
            throws Exception {
        try (PeakMemory memory = PeakMemory.ofChildrenOf(gateways.get(ffmpeg))) {
            Publisher publisher = attack(ffmpeg, mimeType, media);
            assertThat(Refusal.assertTold(publisher, FailureCode.UNRECOGNIZED_MEDIA, Publisher.SOON))
                    .hasSizeGreaterThan(20);
            assertNoHarm(ffmpeg, memory);
        }
    }

    /** A few kilobytes for which FFmpeg would make hours of pictures, or of silence. */
    static List<Arguments> leaps() {
        return both(
                Arguments.of("a leap that is encoded", VP8, LeapingMedia.webm(ENCODED, Duration.ofHours(14))),
                Arguments.of("a leap that is copied", H264, LeapingMedia.webm(COPIED, Duration.ofHours(14))),
                Arguments.of("a leap in MP4", MP4, LeapingMedia.mp4(FRAGMENTED, Integer.MAX_VALUE)));
    }

    @ParameterizedTest(name = "{1} into FFmpeg {0}")
    @MethodSource("leaps")
    void timestampsThatLeapEndTheStreamBeforeFfmpegSeesThem(int ffmpeg, String name, String mimeType, byte[] media)
            throws Exception {
        try (PeakMemory memory = PeakMemory.ofChildrenOf(gateways.get(ffmpeg))) {
            Publisher publisher = attack(ffmpeg, mimeType, media);
            assertThat(Refusal.assertTold(publisher, FailureCode.TIMESTAMP_GAP, Publisher.SOON))
                    .contains("jump by ");
            assertNoHarm(ffmpeg, memory);
        }
    }

    @ParameterizedTest(name = "{1} into FFmpeg {0}")
    @MethodSource("harmless")
    void whatIsNearlyMediaDoesNoHarm(int ffmpeg, String name, String mimeType, byte[] media) throws Exception {
        try (PeakMemory memory = PeakMemory.ofChildrenOf(gateways.get(ffmpeg))) {
            Publisher publisher = attack(ffmpeg, mimeType, media);
            ServerMessage last = publisher
                    .heard()
                    .await(
                            ServerMessage.class,
                            Publisher.SOON,
                            message -> message instanceof Ended || message instanceof Failed);
            if (last instanceof Failed failed) {
                assertThat(failed.code()).as(failed.message()).isEqualTo(FailureCode.UNRECOGNIZED_MEDIA);
            }
            assertNoHarm(ffmpeg, memory);
        }
    }

    private static Publisher attack(int ffmpeg, String mimeType, byte[] media) {
        String key = STAGE.key("attack");
        Publisher publisher = gateways.get(ffmpeg).connect(Publisher.negotiated(key));
        publisher.open(mimeType);
        try {
            for (int at = 0; at < media.length; at += PIECE_BYTES) {
                int end = Math.min(media.length, at + PIECE_BYTES);
                publisher
                        .socket()
                        .send(Frame.binary(ByteBuffer.wrap(media, at, end - at).slice()));
            }
            publisher.say(new Stop());
        } catch (UncheckedIOException e) {
            // Refused already.
        }
        publisher.heard().awaitClose(Publisher.SOON);
        bait.assertUntouched(nginx.received(key));
        return publisher;
    }

    private static void assertNoHarm(int ffmpeg, PeakMemory memory) {
        GatewayProcess gateway = gateways.get(ffmpeg);
        await("only the bystander's FFmpeg is left")
                .atMost(Publisher.SOON)
                .untilAsserted(() -> assertThat(gateway.children()).hasSizeLessThanOrEqualTo(1));
        assertThat(memory.bytes()).isLessThan(MAX_RESIDENT_BYTES);
        attacks.incrementAndGet();
        if (memory.bytes() > 0) {
            measured.incrementAndGet();
        }
        bait.assertUntouched(gateway.output().getBytes(StandardCharsets.UTF_8));
    }

    private static List<Arguments> both(Arguments... attacks) {
        List<Arguments> all = new ArrayList<>();
        for (int ffmpeg = 0; ffmpeg < 2; ffmpeg++) {
            for (Arguments attack : attacks) {
                Object[] more = attack.get();
                all.add(Arguments.of(ffmpeg, more[0], more[1], more[2]));
            }
        }
        return all;
    }
}
