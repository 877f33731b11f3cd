package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.e2e.harness.Comparison;
import io.sluice.e2e.harness.Concurrency.OneCrowdAtATime;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.harness.Together;
import io.sluice.e2e.wire.Frame;
import io.sluice.e2e.wire.Stranger;
import io.sluice.e2e.wire.WebSocketClient;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections that are there to be there, or hardly ever were, while somebody else is live. */
@OneCrowdAtATime
final class HostileConnectionsTest {

    private static final long MEGABYTE = 1 << 20;
    private static final Duration LIMIT = Publisher.SOON.multipliedBy(2);

    @RegisterExtension
    final Stage stage = new Stage();

    private final Recording recording = Recording.named("webm-h264-opus.webm");
    private GatewayProcess gateway;
    private Comparison comparison;
    private long memory;
    private long descriptors;

    @BeforeEach
    void start() {
        NginxReceiver nginx = stage.nginx();
        gateway = stage.gateway("--publish", nginx.publishUrl(), "--open-timeout", "4s", "--media-timeout", "4s")
                .jvm("-Xmx48m")
                .start();
        comparison = Comparison.live(stage, nginx, gateway);
        memory = gateway.facts().residentBytes();
        descriptors = gateway.facts().descriptors();
    }

    private void assertBoundedAndNobodyDisturbed() {
        assertThat(gateway.facts().residentBytes() - memory).as("growth").isLessThan(70 * MEGABYTE);
        comparison.assertNotDisturbed();
        // The bystander's own are gone by now.
        await("every descriptor given back")
                .atMost(Publisher.SOON)
                .until(() -> gateway.facts().descriptors() <= descriptors);
        gateway.awaitNoChildren(Publisher.SOON);
    }

    /** A third says nothing at all, a third half of a request, and a third upgrades and then says nothing. */
    @Test
    void threeThousandIdleConnectionsCostLittleAndDisturbNobody() {
        byte[] request = Stranger.request(gateway.address(), Publisher.negotiated(stage.key("idle")));
        String half = new String(request, 0, request.length / 2, StandardCharsets.ISO_8859_1);
        List<Stranger> idle = crowd(3_000, i -> {
            Stranger stranger = Stranger.connect(gateway.address());
            return i % 3 == 0 ? stranger : i % 3 == 1 ? stranger.say(half) : stranger.say(request);
        });
        assertThat(gateway.facts().residentBytes() - memory).as("growth").isLessThan(70 * MEGABYTE);
        assertThat(gateway.isReady()).isTrue();
        idle.forEach(Stranger::reset);
        assertBoundedAndNobodyDisturbed();
    }

    /** A letter now and then, which is more than silence, and never the last one. */
    @Test
    void handshakesThatCreepDoNotDisturbWhoIsLive() {
        byte[] request = Stranger.request(gateway.address(), Publisher.negotiated(stage.key("creeps")));
        List<Stranger> creeping = crowd(200, i -> Stranger.connect(gateway.address()));
        for (int letter = 0; letter < request.length - 1; letter++) {
            byte[] next = {request[letter]};
            creeping.removeIf(stranger -> isGivenUp(stranger, next));
        }
        creeping.forEach(Stranger::reset);
        assertBoundedAndNobodyDisturbed();
    }

    private static boolean isGivenUp(Stranger stranger, byte[] next) {
        try {
            stranger.say(next);
            return false;
        } catch (UncheckedIOException e) {
            return true;
        }
    }

    /** Before the answer, before {@code open}, behind it, and in the middle of a frame. */
    @Test
    void aThousandThatUpgradeAndVanishLeaveNothing() {
        crowd(1_000, i -> {
            Stranger stranger = Stranger.connect(gateway.address());
            stranger.say(Stranger.request(gateway.address(), Publisher.negotiated(stage.key("vanishes" + i))));
            if (i % 2 == 0) {
                stranger.say(Frame.text("{\"type\":\"op").withMoreToCome());
            }
            if (i % 100 == 1) {
                stranger.say(Frame.text("{\"type\":\"open\",\"offers\":[\"" + recording.mimeType() + "\"]}"));
            }
            stranger.reset();
            return stranger;
        });
        assertBoundedAndNobodyDisturbed();
    }

    /**
     * Their ends are there and say nothing more, as when a phone loses its network: neither media, nor an answer to a
     * close.
     */
    @Test
    void halfOpenSocketsAreGivenUpInEveryStateThatTheyCanBeIn() {
        List<WebSocketClient> dead = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            dead.add(WebSocketClient.connectDeaf(gateway.address(), Publisher.negotiated(stage.key("mute" + i))));
            dead.add(WebSocketClient.connectDeaf(gateway.address(), Publisher.plain(stage.key("bare" + i), null)));
        }
        for (int i = 0; i < 5; i++) {
            WebSocketClient live = WebSocketClient.connectDeaf(
                    gateway.address(), Publisher.plain(stage.key("broken" + i), recording.mimeType()));
            recording.first(5).messages().forEach(message -> live.send(Frame.binary(message.payload())));
            dead.add(live);
        }
        assertThat(gateway.facts().descriptors()).isGreaterThan(descriptors + 100);
        assertBoundedAndNobodyDisturbed();
        dead.forEach(WebSocketClient::reset);
    }

    private interface Arriving<T> {
        T arrive(int number);
    }

    /** Sixteen at a time. */
    private static <T> List<T> crowd(int count, Arriving<T> arriving) {
        List<Callable<List<T>>> work = IntStream.range(0, 16)
                .<Callable<List<T>>>mapToObj(thread -> () -> IntStream.range(0, count)
                        .filter(number -> number % 16 == thread)
                        .mapToObj(arriving::arrive)
                        .toList())
                .toList();
        List<T> all = new ArrayList<>();
        Together.doAll(LIMIT, work).forEach(all::addAll);
        return all;
    }
}
