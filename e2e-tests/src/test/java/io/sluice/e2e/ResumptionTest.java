package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Operators;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.ResumingPublisher;
import io.sluice.e2e.harness.Stage;
import io.sluice.protocol.ClientFeature;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import io.sluice.protocol.Progress;
import io.sluice.protocol.Resumed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that loses its connections, a real FFmpeg and a real receiver: nothing is lost, doubled or begun twice. */
class ResumptionTest {

    private static final int MAX_MESSAGE_BYTES = 20_000;

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");
    private NginxReceiver nginx;

    @BeforeEach
    void start() {
        nginx = stage.nginx();
    }

    private GatewayProcess gateway(String... more) {
        String[] arguments = new String[more.length + 2];
        arguments[0] = "--publish";
        arguments[1] = nginx.publishUrl();
        System.arraycopy(more, 0, arguments, 2, more.length);
        return stage.gateway(arguments).start();
    }

    private ResumingPublisher publisher(GatewayProcess gateway, String key) {
        return stage.closing(new ResumingPublisher(gateway, key, recording)).open();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] sent() {
        byte[] bytes = new byte[recording.sizeBytes()];
        recording.bytes().duplicate().get(bytes);
        return bytes;
    }

    /** An FFmpeg whose standard input is copied to a file. */
    private Path copyingFfmpeg(Path copy) {
        return stage.ffmpegThat("""
                mkfifo "%1$s.pipe"
                exec 9<&0
                tee -a "%1$s" <&9 >"%1$s.pipe" &
                exec "$FFMPEG" "$@" <"%1$s.pipe" 9<&-
                """.formatted(copy));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void aNetworkThatCutsHidesAndDeliversLateChangesNoByte(long seed) throws IOException {
        Path copy = stage.directory("copy").resolve("stdin");
        GatewayProcess gateway = gateway("--ffmpeg", copyingFfmpeg(copy).toString());
        String key = stage.key("cut");
        Random random = new Random(seed);
        ResumingPublisher publisher = publisher(gateway, key);
        int cuts = 0;
        while (publisher.position() < recording.sizeBytes()) {
            int until = Math.min(recording.sizeBytes(), publisher.position() + random.nextInt(100_000));
            publisher.sendUpTo(until, 1 + random.nextInt(MAX_MESSAGE_BYTES));
            if (until == recording.sizeBytes()) {
                break;
            }
            publisher.sendPartly(1 + random.nextInt(MAX_MESSAGE_BYTES), random.nextInt(MAX_MESSAGE_BYTES));
            int at = publisher.position();
            Publisher old = publisher.connection();
            int kind = random.nextInt(3);
            if (kind == 0) {
                old.close();
            } else if (kind == 1) {
                old.socket().reset();
            }
            Resumed resumed = publisher.resume();
            assertThat(resumed.mode()).as("seed %s", seed).isEqualTo(Resumed.Mode.EXACT);
            if (kind == 2) {
                publisher.deliverLate(old, at, MAX_MESSAGE_BYTES);
                assertThat(old.heard().awaitFailed(Publisher.SOON).code()).isEqualTo(FailureCode.TAKEN_OVER);
            }
            cuts++;
        }
        assertThat(publisher.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        assertThat(cuts).isGreaterThan(5);
        gateway.awaitNoChildren(Publisher.SOON);
        assertThat(sha256(Files.readAllBytes(copy))).as("seed %s", seed).isEqualTo(sha256(sent()));
        // A second publish would have replaced the recording.
        Broadcast.assertSameMedia(recording, nginx.recording(key));
        assertThat(gateway.output().lines().filter(line -> line.contains("] Started: ")))
                .hasSize(1);
        assertThat(publisher.outcomes()).hasSize(1);
    }

    @Test
    void theReceiverSeesOnePublishWhileTheClientIsAwayForSeconds() {
        GatewayProcess gateway = gateway();
        String key = stage.key("away");
        ResumingPublisher publisher = publisher(gateway, key);
        int half = recording.sizeBytes() / 2;
        publisher.sendUpTo(half, 4_096);
        List<Long> before = gateway.children().stream().map(ProcessHandle::pid).toList();
        publisher.connection().heard().awaitProgress(Publisher.SOON, progress -> progress.acceptedBytes() == half);
        publisher.connection().socket().reset();
        long start = System.nanoTime();
        await("the client is away for three seconds")
                .atMost(Publisher.SOON)
                .until(() -> System.nanoTime() - start > 3_000_000_000L);
        Resumed resumed = publisher.resume();
        assertThat(resumed.nextByte()).isEqualTo(half);
        assertThat(gateway.children().stream().map(ProcessHandle::pid).toList()).isEqualTo(before);
        publisher.sendUpTo(recording.sizeBytes(), 4_096);
        assertThat(publisher.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void afterTheWindowNothingIsHeldAndTheClientHearsTheOutcomeOnce() {
        GatewayProcess gateway = gateway("--resume-window", "3s");
        String key = stage.key("window");
        ResumingPublisher publisher = publisher(gateway, key);
        assertThat(publisher.grant().windowMs()).isEqualTo(3_000);
        int half = recording.sizeBytes() / 2;
        publisher.sendUpTo(half, 4_096);
        publisher.connection().heard().awaitProgress(Publisher.SOON, progress -> progress.acceptedBytes() == half);
        publisher.connection().socket().reset();
        gateway.awaitNoChildren(Publisher.SOON);
        assertThat(publisher.hearTheOutcome().acceptedBytes()).isEqualTo(half);
        Broadcast.assertIsBeginning(recording, nginx.recording(key), 20);
        assertThat(gateway.output())
                .contains("] The connection of ", " is lost after " + half + " bytes.")
                .contains("] Nobody resumed the stream within 3000 ms, so it ends");
        Broadcast.of(gateway, nginx, key, recording, Pace.FLAT_OUT).assertWhole();
    }

    @Test
    void aPageThatIsLoadedAgainDoesNotWaitForItself() {
        GatewayProcess gateway = gateway();
        String key = stage.key("reloaded");
        ResumingPublisher absent = publisher(gateway, key);
        absent.sendUpTo(recording.sizeBytes() / 2, 4_096);
        absent.connection().socket().reset();
        await("the connection is lost")
                .atMost(Publisher.SOON)
                .until(() -> gateway.output().contains(" is lost after "));
        Broadcast.of(gateway, nginx, key, recording, Pace.FLAT_OUT).assertWhole();
        assertThat(gateway.output()).contains("its client is absent, and another one opens its stream key");
    }

    @Test
    void aGatewayThatWasStartedAgainBeginsAnew() {
        GatewayProcess first = gateway();
        String key = stage.key("restart");
        ResumingPublisher before = publisher(first, key);
        before.sendUpTo(recording.sizeBytes() / 2, 4_096);
        first.kill();
        GatewayProcess second = gateway();
        Publisher after = second.connect(Publisher.negotiatedWithoutKey());
        after.say(before.message());
        Resumed resumed = after.heard().await(Resumed.class, Publisher.SOON, any -> true);
        assertThat(resumed.mode()).isEqualTo(Resumed.Mode.RESTART);
        assertThat(resumed.nextByte()).isZero();
        // Everything from the first byte on is a header and the groups after it.
        assertThat(after.send(recording, Pace.FLAT_OUT).stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void theTokenIsNowhere() {
        Operators operators = stage.operators();
        String[] options = operators.options().toArray(String[]::new);
        String[] arguments = new String[options.length + 2];
        System.arraycopy(options, 0, arguments, 0, options.length);
        arguments[options.length] = "--log-level";
        arguments[options.length + 1] = "debug";
        GatewayProcess gateway = gateway(arguments);
        ResumingPublisher publisher = publisher(gateway, stage.key("secret"));
        publisher.sendUpTo(100_000, 4_096);
        publisher.connection().socket().reset();
        await("the stream waits")
                .atMost(Publisher.SOON)
                .until(() -> operators.get(gateway, "/api/streams").body().contains("\"state\":\"awaiting\""));
        String token = publisher.token();
        assertThat(operators.get(gateway, "/api/streams").body()).doesNotContain(token);
        assertThat(operators.get(gateway, "/metrics").body())
                .contains("sluice_sessions{state=\"awaiting\"} 1.0")
                .doesNotContain(token);
        publisher.resume();
        assertThat(operators.get(gateway, "/metrics").body()).contains("sluice_resumes_total{mode=\"exact\"} 1.0");
        publisher.sendUpTo(recording.sizeBytes(), 4_096).stop();
        assertThat(gateway.sightings(List.of(token))).isEmpty();
        assertThat(gateway.output()).contains("] Resumed: ");
    }

    @Test
    void aClientOfTheFirstVersionSeesNothingNew() {
        GatewayProcess gateway = gateway();
        Publisher publisher = gateway.connect(Publisher.negotiatedWithoutKey());
        publisher.say(new Open(stage.key("old"), List.of(recording.mimeType()), null, null));
        assertThat(publisher.heard().awaitOpened(Publisher.SOON).resume()).isNull();
        publisher.send(recording, Pace.FOURFOLD).stop();
        assertThat(publisher.heard().all(Object.class).stream()
                        .filter(said -> said.getClass().getPackageName().startsWith("io.sluice.protocol")))
                .hasOnlyElementsOfTypes(Opened.class, Progress.class, Ended.class);
    }

    @Test
    void withoutAWindowALostConnectionEndsTheStream() {
        GatewayProcess gateway = gateway("--resume-window", "0");
        Publisher publisher = gateway.connect(Publisher.negotiatedWithoutKey());
        publisher.say(new Open(
                stage.key("off"), List.of(recording.mimeType()), null, null, null, null, Set.of(ClientFeature.RESUME)));
        assertThat(publisher.heard().awaitOpened(Publisher.SOON).resume()).isNull();
        publisher.send(recording.first(20), Pace.FLAT_OUT);
        publisher.socket().reset();
        gateway.awaitNoChildren(Publisher.SOON);
        assertThat(publisher.heard().all(Failed.class)).isEmpty();
    }
}
