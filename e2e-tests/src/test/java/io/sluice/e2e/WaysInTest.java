package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.FfmpegReceiver;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Handshake;
import io.sluice.e2e.wire.Incoming;
import io.sluice.protocol.Ended;
import io.sluice.protocol.Open;
import io.sluice.protocol.Opened;
import io.sluice.protocol.ServerMessage;
import io.sluice.protocol.TrackHandling;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The three ways in, each way to end, and that nothing is lost whichever is taken. */
final class WaysInTest {

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static NginxReceiver nginx;
    private static GatewayProcess gateway;

    private final Recording recording = Recording.named("webm-h264-opus.webm").shortened(3);

    @BeforeAll
    static void start() {
        nginx = STAGE.nginx();
        gateway = STAGE.gateway("--publish", nginx.publishUrl()).start();
    }

    @Test
    void theKeyMayStandInOpenInsteadOfTheUrl() {
        String key = STAGE.key("inopen");
        Publisher publisher = gateway.connect(Publisher.negotiatedWithoutKey());
        publisher.say(new Open(key, List.of(recording.mimeType()), null, null));
        publisher.heard().awaitOpened(Publisher.SOON);
        Ended ended = publisher.send(recording, Pace.FLAT_OUT).stop();
        assertThat(ended.acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void theOfferThatCanBeCopiedIsTakenBeforeTheClientsFavourite() {
        Publisher publisher = gateway.connect(Publisher.negotiated(STAGE.key("offers")));
        Opened opened = publisher.open(List.of(
                "video/webm;codecs=vp9,opus",
                "video/webm;codecs=\"vp8, opus\"",
                "video/x-matroska;codecs=\"avc1.42E01F,opus\"",
                "video/mp4;codecs=avc1.42E01F,opus"));
        assertThat(opened.mimeType()).isEqualTo("video/x-matroska;codecs=\"avc1.42E01F,opus\"");
        assertThat(opened.video()).isEqualTo(TrackHandling.COPY);
        assertThat(opened.audio()).isEqualTo(TrackHandling.TRANSCODE);
        assertThat(opened.timesliceMs()).isPositive();
        assertThat(opened.keyFrameIntervalMs()).isBetween(1, 2000);
        assertThat(opened.maxBitsPerSecond()).isPositive();
        assertThat(opened.maxMessageBytes()).isGreaterThan(1 << 20);
        publisher.leave();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"webm-h264-opus.webm", "mp4-avc1-opus.mp4", "webm-opus-audioonly.webm", "webm-vp8-opus.webm"})
    void aPlainClientNeedsNoMoreThanAKey(String name) {
        assertArrivesFrom(
                Publisher.plain(keyFor("plain", name), null),
                keyFor("plain", name),
                Recording.named(name).shortened(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"webm-h264-opus.webm", "mp4-avc1-opus-defaultgop.mp4", "webm-h264-videoonly.webm"})
    void aPlainClientMayNameItsFormat(String name) {
        Recording named = Recording.named(name);
        assertArrivesFrom(Publisher.plain(keyFor("mime", name), named.mimeType()), keyFor("mime", name), named);
    }

    @Test
    void aPxyClientIsAnsweredInItsOwnSubprotocol() {
        String key = STAGE.key("pxy");
        Publisher publisher = gateway.connect(Publisher.pxy(key));
        assertThat(publisher.socket().answer().protocol()).contains("streamKey");
        publisher.send(recording, Pace.FOURFOLD).leave();
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void aPlainClientIsNotSpokenTo() {
        String key = STAGE.key("silent");
        Publisher publisher = gateway.connect(Publisher.plain(key, null));
        publisher.send(recording, Pace.FOURFOLD).leave();
        assertThat(publisher.heard().all(ServerMessage.class)).isEmpty();
        assertThat(publisher.heard().awaitClose(Publisher.SOON).code()).isEqualTo(1000);
    }

    @Test
    void aPlainClientMayStopInWords() {
        String key = STAGE.key("plainstop");
        Publisher publisher = gateway.connect(Publisher.plain(key, null));
        publisher.send(recording, Pace.FLAT_OUT).say("{\"type\":\"stop\"}");
        assertThat(publisher.heard().awaitClose(Publisher.SOON).code()).isEqualTo(1000);
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void aNegotiatedClientThatClosesInsteadOfStoppingLosesNothing() {
        String key = STAGE.key("closes");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FLAT_OUT).leave();
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void aClientThatEndsItsDirectionWithoutACloseLosesNothing() {
        String key = STAGE.key("halfclosed");
        Publisher publisher = gateway.connect(Publisher.plain(key, null));
        publisher.send(recording, Pace.FLAT_OUT).socket().closeOutput();
        publisher.heard().awaitGone(Publisher.SOON);
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void noProcessIsLeftWhenEndedArrives() {
        GatewayProcess quiet = STAGE.gateway("--publish", nginx.publishUrl()).start();
        Publisher publisher = quiet.connect(Publisher.negotiated(STAGE.key("left")));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FLAT_OUT).stop();
        assertThat(quiet.children()).isEmpty();
    }

    @Test
    void aStreamMayLastLongerThanTheServerGivesARequest() {
        Broadcast.of(gateway, nginx, STAGE.key("long"), Recording.named("webm-h264-opus.webm"), Pace.HALF)
                .assertWhole();
    }

    @Test
    void theKeyIsFreeAgainAsSoonAsEndedArrives() {
        String key = STAGE.key("again");
        for (int round = 0; round < 3; round++) {
            Broadcast.of(gateway, nginx, key, recording, Pace.FLAT_OUT).assertWhole();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"?bandwidthtest=true", "?s_bl=1&s_ps=1&s_sw=0&a=Abx-_", "-0_=", ":~+."})
    void aKeyMayHaveWhatRealPlatformsPutIntoTheirs(String suffix) {
        String key = STAGE.secret(STAGE.key("odd") + suffix);
        Broadcast.of(gateway, nginx, key, recording, Pace.FLAT_OUT).assertWhole();
    }

    @Test
    void anotherReceiversViewIsTheSame() {
        String key = STAGE.key("listener");
        FfmpegReceiver receiver = STAGE.ffmpegReceiver(key);
        GatewayProcess other = STAGE.gateway("--publish", receiver.publishUrl()).start();
        Publisher publisher = other.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.send(recording, Pace.FOURFOLD).stop();
        Broadcast.assertSameMedia(recording, receiver.recording());
    }

    @Test
    void whoOffersNoSubprotocolThatIsSpokenHereGetsAnAnswerAtOnce() {
        Publisher publisher =
                gateway.connect(new Handshake("/ingest?streamKey=" + STAGE.key("foreign"), "mqtt", "v2.sluice"));
        if (publisher.socket().answer().isUpgraded()) {
            assertThat(publisher.heard().awaitClose(Publisher.SOON)).isInstanceOf(Incoming.Close.class);
        } else {
            assertThat(publisher.socket().answer().status()).isBetween(400, 499);
        }
    }

    private static String keyFor(String way, String name) {
        return STAGE.secret(("live_" + way + "_" + name).replace('.', '_'));
    }

    private static void assertArrivesFrom(Handshake handshake, String key, Recording sent) {
        Publisher publisher = gateway.connect(handshake);
        publisher.send(sent, Pace.FOURFOLD).leave();
        Broadcast.assertSameMedia(sent, nginx.recording(key));
    }
}
