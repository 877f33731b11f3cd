package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Frame;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where messages, frames and TCP segments begin and end says nothing about the media; no cut may change what arrives.
 */
final class BoundariesTest {

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

    @ParameterizedTest
    @CsvSource({"webm-h264-opus.webm,400", "mp4-avc1-opus.mp4,1500"})
    void theBeginningMayComeByteByByte(String name, int count) {
        assertArrives(Recording.named(name).shortened(3).withSingleBytes(count));
    }

    @ParameterizedTest
    @CsvSource({"webm-h264-opus.webm,400", "mp4-avc1-opus.mp4,1500"})
    void theBeginningMayComeByteByByteFromAPlainClientToo(String name, int count) {
        assertArrivesPlainly(Recording.named(name).shortened(3).withSingleBytes(count));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void anyCutsAreAsGoodAsTheBrowsers(long seed) {
        assertArrivesPlainly(recording.cutAtRandom(seed, 3_000));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7})
    void anEbmlHeaderMayBeCutAnywhere(int position) {
        assertArrivesPlainly(recording.cutAlsoAfter(position));
    }

    @Test
    void theWholeRecordingMayComeInOneMessage() {
        String key = STAGE.key("whole");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        assertThat(publisher.open(recording.mimeType()).maxMessageBytes()).isGreaterThan(recording.sizeBytes());
        publisher.socket().send(Frame.binary(recording.bytes()));
        assertThat(publisher.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void aMessageMayComeInFragmentsWithAPingInBetween() {
        String key = STAGE.key("fragments");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        for (Recording.Message message : recording.messages()) {
            sendInThirds(publisher, message.payload());
        }
        assertThat(publisher.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    private static void sendInThirds(Publisher publisher, ByteBuffer payload) {
        int third = payload.remaining() / 3;
        publisher.socket().send(Frame.binary(payload.slice(0, third)).withMoreToCome());
        publisher.socket().send(Frame.ping(ByteBuffer.wrap(new byte[] {1})));
        publisher.socket().send(Frame.continuation(payload.slice(third, third)).withMoreToCome());
        publisher.socket().send(Frame.continuation(payload.slice(2 * third, payload.remaining() - 2 * third)));
    }

    @Test
    void aTextMessageMayComeInFragments() {
        String key = STAGE.key("splitopen");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        String open = "{\"type\":\"open\",\"offers\":[\"" + recording.mimeType() + "\"]}";
        publisher.socket().send(Frame.text(open.substring(0, 9)).withMoreToCome());
        publisher.socket().send(Frame.continuation(Frame.text(open.substring(9)).payload()));
        publisher.heard().awaitOpened(Publisher.SOON);
        publisher.send(recording, Pace.FLAT_OUT).stop();
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void severalFramesMayComeInOneSegmentWithTheStopAtItsEnd() {
        String key = STAGE.key("segment");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        ByteBuffer segment = ByteBuffer.allocate(
                recording.sizeBytes() + 100 * recording.messages().size());
        recording
                .messages()
                .forEach(message -> segment.put(Frame.binary(message.payload()).encoded()));
        segment.put(Frame.text("{\"type\":\"stop\"}").encoded());
        publisher.socket().write(segment.flip());
        assertThat(publisher.heard().awaitEnded(Publisher.SOON).acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void aFrameMayTrickleInByteByByte() {
        String key = STAGE.key("trickle");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        ByteBuffer first = Frame.binary(recording.messages().get(0).payload().slice(0, 600))
                .encoded();
        while (first.hasRemaining()) {
            publisher.socket().write(ByteBuffer.wrap(new byte[] {first.get()}));
        }
        publisher.socket().send(Frame.binary(recording.bytes().slice(600, recording.sizeBytes() - 600)));
        assertThat(publisher.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @Test
    void anEmptyMessageIsNoMedia() {
        String key = STAGE.key("empty");
        Publisher publisher = gateway.connect(Publisher.negotiated(key));
        publisher.open(recording.mimeType());
        publisher.socket().send(Frame.binary(ByteBuffer.allocate(0)));
        publisher.send(recording, Pace.FLAT_OUT);
        publisher.socket().send(Frame.binary(ByteBuffer.allocate(0)));
        assertThat(publisher.stop().acceptedBytes()).isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    private static void assertArrives(Recording cut) {
        Broadcast.of(gateway, nginx, STAGE.key("cut"), cut, Pace.FLAT_OUT).assertWhole();
    }

    private static void assertArrivesPlainly(Recording cut) {
        String key = STAGE.key("plaincut");
        gateway.connect(Publisher.plain(key, null)).send(cut, Pace.FLAT_OUT).leave();
        Broadcast.assertSameMedia(cut, nginx.recording(key));
    }
}
