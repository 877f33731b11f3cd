package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Bystander;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Handshake;
import io.sluice.protocol.Failed;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How many streams there may be, and how many may begin: who is one too many is told when to try again, and nobody else
 * notices.
 */
final class AdmissionTest {

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    /** An FFmpeg that takes everything and costs nothing. */
    private GatewayProcess carefree(String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--ffmpeg", stage.ffmpegThat("exec cat > /dev/null").toString()));
        return stage.gateway(all.toArray(String[]::new)).start();
    }

    private Publisher asking(GatewayProcess gateway, Handshake handshake) {
        Publisher publisher = gateway.connect(handshake);
        publisher.say(new Open(null, List.of(recording.mimeType()), null, null));
        return publisher;
    }

    private Publisher asking(GatewayProcess gateway, String name) {
        return asking(gateway, Publisher.negotiated(stage.key(name)));
    }

    private void assertRefused(Publisher publisher, FailureCode code, Duration least, Duration most) {
        Refusal.assertTold(publisher, code, Publisher.SOON);
        assertThat(publisher.heard().awaitFailed(Publisher.SOON).failure().retryAfter())
                .isBetween(least, most);
    }

    @Test
    void aFullGatewaySaysWhenToTryAgainAndTakesTheNextWhenOneHasEnded() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--max-streams", "2")
                .start();
        Bystander bystander = Bystander.live(gateway, nginx, stage.key("bystander"));
        Publisher second = asking(gateway, "second");
        second.heard().awaitOpened(Publisher.SOON);

        assertRefused(
                asking(gateway, "third"), FailureCode.GATEWAY_FULL, Duration.ofSeconds(10), Duration.ofSeconds(20));
        Refusal.assertClosed(
                gateway.connect(Publisher.plain(stage.key("plain"), "video/webm;codecs=\"avc1,opus\"")),
                FailureCode.GATEWAY_FULL,
                Publisher.SOON);
        HttpResponse<String> ready = gateway.get("/health/ready");
        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.headers().firstValue("Retry-After")).isPresent();
        assertThat(ready.body())
                .isEqualTo("{\"status\":\"unavailable\",\"reason\":\"2 of at most 2 streams are in use\"}");
        assertThat(gateway.get("/health/live").statusCode()).isEqualTo(200);

        second.send(recording.first(5), Pace.FLAT_OUT).stop();
        await("ready again").atMost(Publisher.SOON).until(gateway::isReady);
        asking(gateway, "fourth").heard().awaitOpened(Publisher.SOON);
        bystander.assertUndisturbed();
    }

    @Test
    void anAddressHasItsStreamsAndStartsAndNobodyElses() {
        GatewayProcess gateway = carefree(
                "--trusted-proxy", "127.0.0.1", "--max-streams-per-address", "3", "--max-start-rate-per-address", "1");
        for (int i = 0; i < 3; i++) {
            asking(gateway, from("192.0.2.1", "a" + i)).heard().awaitOpened(Publisher.SOON);
        }
        assertRefused(
                asking(gateway, from("192.0.2.1", "a3")),
                FailureCode.TOO_MANY_REQUESTS,
                Duration.ofSeconds(10),
                Duration.ofSeconds(20));
        List<Handshake> many =
                IntStream.range(0, 30).mapToObj(i -> from("192.0.2.1", "b" + i)).toList();
        assertSomeAreRefused(
                rush(gateway, many),
                FailureCode.TOO_MANY_REQUESTS,
                "1 per second",
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));

        asking(gateway, from("192.0.2.2", "d")).heard().awaitOpened(Publisher.SOON);
        asking(gateway, from("2001:db8:0:1::1", "e")).heard().awaitOpened(Publisher.SOON);
        for (int i = 0; i < 50; i++) {
            asking(gateway, "here" + i).heard().awaitOpened(Publisher.SOON);
        }
    }

    private Handshake from(String address, String name) {
        return Publisher.negotiated(stage.key(name)).withHeader("X-Forwarded-For", address);
    }

    @Test
    void aKeyMayBeTriedSoOftenAndAnotherIsNotConcerned() {
        GatewayProcess gateway = carefree();
        String key = stage.key("often");
        asking(gateway, Publisher.negotiated(key)).heard().awaitOpened(Publisher.SOON);
        List<Publisher> rush = rush(gateway, Collections.nCopies(30, Publisher.negotiated(key)));
        assertSomeAreRefused(
                rush,
                FailureCode.TOO_MANY_REQUESTS,
                "this stream key: 1 per second",
                Duration.ofSeconds(1),
                Duration.ofSeconds(1));
        assertThat(rush.stream().filter(each -> isToldFirst(each, FailureCode.STREAM_KEY_IN_USE)))
                .hasSizeGreaterThanOrEqualTo(9);
        asking(gateway, "other").heard().awaitOpened(Publisher.SOON);
    }

    @Test
    void aStampedeIsSpreadInTime() {
        GatewayProcess gateway = carefree("--max-start-rate", "1");
        List<Handshake> herd = IntStream.range(0, 40)
                .mapToObj(i -> Publisher.negotiated(stage.key("herd" + i)))
                .toList();
        List<Publisher> rush = rush(gateway, herd);
        assertSomeAreRefused(
                rush,
                FailureCode.GATEWAY_FULL,
                "are starting on this gateway",
                Duration.ofSeconds(1),
                Duration.ofSeconds(2));
        assertThat(rush.stream().filter(AdmissionTest::isOpened)).hasSizeGreaterThanOrEqualTo(10);
    }

    /** All of them are there before the first asks, so that even a slow machine lets them ask at once. */
    private List<Publisher> rush(GatewayProcess gateway, List<Handshake> handshakes) {
        List<Publisher> publishers = handshakes.stream().map(gateway::connect).toList();
        publishers.forEach(publisher -> publisher.say(new Open(null, List.of(recording.mimeType()), null, null)));
        return publishers;
    }

    private void assertSomeAreRefused(
            List<Publisher> publishers, FailureCode code, String words, Duration least, Duration most) {
        List<Publisher> refused = publishers.stream()
                .filter(publisher -> first(publisher) instanceof Failed failed
                        && failed.message().contains(words))
                .toList();
        assertThat(refused).isNotEmpty().hasSizeLessThanOrEqualTo(publishers.size() - 6);
        assertRefused(refused.get(0), code, least, most);
    }

    @Test
    void withoutMemoryToSpareNobodyIsTaken() {
        GatewayProcess gateway = stage.gateway(
                        "--ffmpeg",
                        stage.ffmpegThat("exec cat > /dev/null").toString(),
                        "--min-free-memory",
                        Long.toString(1L << 50))
                .startNotReady();
        assertThat(gateway.get("/health/ready").statusCode()).isEqualTo(503);
        assertThat(gateway.get("/health/ready").body()).contains("not enough memory");
        assertRefused(
                asking(gateway, "memory"), FailureCode.GATEWAY_FULL, Duration.ofSeconds(10), Duration.ofSeconds(20));
        gateway.awaitNoChildren(Publisher.SOON);
    }

    /** Encoding video costs about half a processor; of all there are, streams may be expected to use a hundredth. */
    @Test
    void whatAKindOfStreamCostsIsLearntAndAsManyAreTakenAsThereIsRoomFor() {
        NginxReceiver nginx = stage.nginx();
        GatewayProcess gateway = stage.gateway("--publish", nginx.publishUrl(), "--max-cpu-percent", "1")
                .start();
        Recording vp8 = Recording.named("webm-vp8-opus.webm");
        Publisher first = gateway.connect(Publisher.negotiated(stage.key("teaches")));
        first.open(vp8.mimeType());
        first.send(vp8, Pace.ITS_OWN);
        await("what it costs is known").atMost(Publisher.SOON).until(() -> !gateway.isReady());
        assertThat(gateway.get("/health/ready").body()).contains("not enough CPU");
        Publisher second = gateway.connect(Publisher.negotiated(stage.key("learns")));
        second.say(new Open(null, List.of(vp8.mimeType()), null, null));
        assertThat(Refusal.assertTold(second, FailureCode.GATEWAY_FULL, Publisher.SOON))
                .contains("not enough CPU");
        assertThat(first.stop().acceptedBytes()).isEqualTo(vp8.sizeBytes());
        await("there is room again").atMost(Publisher.SOON).until(gateway::isReady);
    }

    @Test
    void descriptorsRunOutForNewcomersOnly() {
        GatewayProcess gateway = stage.gateway(
                        "--ffmpeg", stage.ffmpegThat("exec cat > /dev/null").toString(), "--max-streams", "1000")
                .underLimit("-n 400")
                .start();
        assertThat(gateway.output()).contains("The limit of 400 file descriptors suffices for 84 streams");
        List<Publisher> live = new ArrayList<>();
        Publisher next = asking(gateway, "fd0");
        for (int i = 1; isOpened(next) && i < 200; i++) {
            live.add(next);
            next = asking(gateway, "fd" + i);
        }
        assertThat(live).hasSizeBetween(10, 84);
        assertThat(Refusal.assertTold(next, FailureCode.GATEWAY_FULL, Publisher.SOON))
                .contains("file descriptors");
        for (Publisher publisher : live) {
            publisher.send(recording.first(2), Pace.FLAT_OUT).leave();
        }
        gateway.awaitNoChildren(Publisher.SOON);
        await("there is room again").atMost(Publisher.SOON).until(gateway::isReady);
    }

    private static Object first(Publisher publisher) {
        return publisher.heard().await(Object.class, Publisher.SOON, said -> true);
    }

    private static boolean isOpened(Publisher publisher) {
        return first(publisher) instanceof Opened;
    }

    private static boolean isToldFirst(Publisher publisher, FailureCode code) {
        return first(publisher) instanceof Failed failed && failed.code() == code;
    }
}
