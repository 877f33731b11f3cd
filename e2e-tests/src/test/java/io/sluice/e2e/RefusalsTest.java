package io.sluice.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Broadcast;
import io.sluice.e2e.harness.Bystander;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Pace;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Frame;
import io.sluice.e2e.wire.Handshake;
import io.sluice.e2e.wire.Stranger;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Open;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the gateway does not take: each refusal has its own code and words, and costs nobody else anything. */
final class RefusalsTest {

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(2);

    private static NginxReceiver nginx;
    private static GatewayProcess gateway;
    private static Bystander bystander;

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @BeforeAll
    static void start() {
        nginx = STAGE.nginx();
        gateway = STAGE.gateway("--publish", nginx.publishUrl(), "--open-timeout", OPEN_TIMEOUT.toSeconds() + "s")
                .start();
        bystander = Bystander.live(gateway, nginx, STAGE.key("bystander"));
    }

    @AfterAll
    static void nobodyElseWasDisturbed() {
        bystander.assertUndisturbed();
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "open",
                "{\"type\":\"open\"",
                "[1]",
                "{\"offers\":[]}",
                "{\"type\":7}",
                "{\"type\":\"open\",\"offers\":3}"
            })
    void aMessageThatIsMalformedIsRefused(String text) {
        Publisher publisher = negotiating("malformed");
        publisher.say(text);
        Refusal.assertTold(publisher, FailureCode.MALFORMED_MESSAGE, Publisher.SOON);
    }

    @Test
    void textThatIsNoUtf8IsRefused() {
        Publisher publisher = negotiating("utf8");
        publisher.socket().send(Frame.of(1, ByteBuffer.wrap(new byte[] {'{', (byte) 0xC3, 0x28, '}'})));
        Refusal.assertTold(publisher, FailureCode.MALFORMED_MESSAGE, Publisher.SOON);
    }

    @Test
    void aMessageOfAnUnknownTypeIsRefused() {
        Publisher publisher = negotiating("unknown");
        publisher.say("{\"type\":\"pause\"}");
        assertThat(Refusal.assertTold(publisher, FailureCode.UNKNOWN_MESSAGE_TYPE, Publisher.SOON))
                .contains("pause");
    }

    @Test
    void anUnknownTypeIsRefusedInTheMiddleOfAStreamToo() {
        Publisher publisher = negotiating("unknownlater");
        publisher.open(recording.mimeType());
        publisher.send(recording.first(5), Pace.FLAT_OUT).say("{\"type\":\"pause\"}");
        Refusal.assertTold(publisher, FailureCode.UNKNOWN_MESSAGE_TYPE, Publisher.SOON);
    }

    @Test
    void unknownFieldsAreNoReasonToRefuse() {
        Publisher publisher = negotiating("fields");
        publisher.say("{\"type\":\"open\",\"offers\":[\"" + recording.mimeType() + "\"],\"future\":{\"x\":[1]}}");
        publisher.heard().awaitOpened(Publisher.SOON);
        publisher.leave();
    }

    @Test
    void aSecondOpenIsRefused() {
        Publisher publisher = negotiating("twice");
        publisher.open(recording.mimeType());
        publisher.say(new Open(null, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(publisher, FailureCode.UNEXPECTED_MESSAGE, Publisher.SOON);
    }

    @Test
    void aStopBeforeOpenIsRefused() {
        Publisher publisher = negotiating("stopfirst");
        publisher.say("{\"type\":\"stop\"}");
        Refusal.assertTold(publisher, FailureCode.UNEXPECTED_MESSAGE, Publisher.SOON);
    }

    @Test
    void mediaBeforeOpenedIsRefused() {
        Publisher publisher = negotiating("early");
        publisher.socket().send(Frame.binary(recording.messages().get(0).payload()));
        Refusal.assertTold(publisher, FailureCode.MEDIA_BEFORE_OPENED, Publisher.SOON);
    }

    @Test
    void aClientThatDoesNotOpenIsRefusedInTime() {
        // The upper bound is far below the default timeout: it shows that the option counts, not how busy the machine
        // is.
        long start = System.nanoTime();
        Refusal.assertTold(negotiating("mute"), FailureCode.OPEN_TIMEOUT, Publisher.SOON);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(OPEN_TIMEOUT.minusMillis(200), OPEN_TIMEOUT.plusSeconds(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"video/ogg;codecs=theora", "image/png", "nonsense", "video/webm;codecs=\"avc1"})
    void anOfferThatCannotBeTakenIsRefused(String offer) {
        Publisher publisher = negotiating("offer");
        publisher.say(new Open(null, List.of(offer), null, null));
        Refusal.assertTold(publisher, FailureCode.UNSUPPORTED_OFFER, Publisher.SOON);
    }

    @Test
    void aSecondStreamOnALiveKeyIsRefusedAndTheFirstLosesNothing() {
        String key = STAGE.key("live");
        Publisher first = gateway.connect(Publisher.negotiated(key));
        first.open(recording.mimeType());
        first.send(recording.first(10), Pace.FLAT_OUT);
        Publisher second = gateway.connect(Publisher.negotiated(key));
        second.say(new Open(null, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(second, FailureCode.STREAM_KEY_IN_USE, Publisher.SOON);
        Refusal.assertClosed(
                gateway.connect(Publisher.plain(key, null)), FailureCode.STREAM_KEY_IN_USE, Publisher.SOON);
        Refusal.assertClosed(gateway.connect(Publisher.pxy(key)), FailureCode.STREAM_KEY_IN_USE, Publisher.SOON);
        for (String sameStream : List.of(key + "?i1", key + "?", "mp4:" + key)) {
            Publisher other = gateway.connect(Publisher.negotiated(sameStream));
            other.say(new Open(null, List.of(recording.mimeType()), null, null));
            Refusal.assertTold(other, FailureCode.STREAM_KEY_IN_USE, Publisher.SOON);
        }
        assertThat(first.send(recording.from(10), Pace.FLAT_OUT).stop().acceptedBytes())
                .isEqualTo(recording.sizeBytes());
        Broadcast.assertSameMedia(recording, nginx.recording(key));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // Empty, then characters that URLs, file names, shells or logs would read otherwise.
                "with space",
                "a/../b",
                "a\\b",
                "a%2Fb",
                "a|b",
                "a\nb",
                "a\"b",
                "ä",
                ".hidden",
                "a'b",
                "$(x)",
                "anna?slist=victim", // FFmpeg would publish to another application.
                "?x"
            })
    void aKeyThatCouldBreakOutOfAUrlOrALineIsRefused(String key) {
        Publisher negotiated = gateway.connect(Publisher.negotiated(key));
        negotiated.say(new Open(null, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(negotiated, FailureCode.INVALID_STREAM_KEY, Publisher.SOON);
        Refusal.assertClosed(
                gateway.connect(Publisher.plain(key, null)), FailureCode.INVALID_STREAM_KEY, Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a b", "a\nb"})
    void aBadKeyInOpenIsRefused(String key) {
        Publisher publisher = gateway.connect(Publisher.negotiatedWithoutKey());
        publisher.say(new Open(key, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(publisher, FailureCode.INVALID_STREAM_KEY, Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"?streamKey=%s", "*?%s", "//%s", "http://host/%s", "/%%zz%s", "/a|b%s", "/ingest?a=%%g0%s", "%s"
            })
    void aMalformedRequestTargetIsRefusedInWordsAndNotLogged(String form) {
        String key = STAGE.key("target");
        for (String method : List.of("GET", "HEAD", "POST", "OPTIONS")) {
            for (String upgrade :
                    List.of("", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n")) {
                try (Stranger stranger = Stranger.connect(gateway.address())) {
                    stranger.say(method + " " + form.formatted(key) + " HTTP/1.1\r\nHost: h\r\n" + upgrade + "\r\n");
                    assertThat(stranger.hearToTheEnd())
                            .startsWith("HTTP/1.1 400 ")
                            // An answer to HEAD has no body.
                            .contains(method.equals("HEAD") ? "" : "The request target is malformed");
                }
            }
        }
        assertThat(gateway.output()).doesNotContain(key, "\tat ");
    }

    @Test
    void noKeyAtAllIsRefused() {
        Publisher publisher = gateway.connect(Publisher.negotiatedWithoutKey());
        publisher.say(new Open(null, List.of(recording.mimeType()), null, null));
        Refusal.assertTold(publisher, FailureCode.INVALID_STREAM_KEY, Publisher.SOON);
        Refusal.assertClosed(gateway.connect(new Handshake("/ingest")), FailureCode.INVALID_STREAM_KEY, Publisher.SOON);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"open\",\"offers\":[\"video/webm\"]} | UNEXPECTED_MESSAGE",
                "{\"type\":\"hello\"} | UNKNOWN_MESSAGE_TYPE",
                "hello | MALFORMED_MESSAGE"
            })
    void textFromAPlainClientIsRefused(String text, FailureCode code) {
        Publisher publisher = gateway.connect(Publisher.plain(STAGE.key("plaintext"), null));
        publisher.say(text);
        Refusal.assertClosed(publisher, code, Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n",
                "ffconcat version 1.0\nfile '/etc/passwd'\n",
                "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
                "<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>",
                "GIF89a and then nothing that anybody could play"
            })
    void whatIsNoMediaIsRefused(String text) {
        Publisher publisher = gateway.connect(Publisher.plain(STAGE.key("nomedia"), null));
        publisher.socket().send(Frame.binary(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
        Refusal.assertClosed(publisher, FailureCode.UNRECOGNIZED_MEDIA, Publisher.SOON);
    }

    @Test
    void anotherContainerThanAgreedIsRefused() {
        Publisher publisher = negotiating("mismatch");
        publisher.open(recording.mimeType());
        publisher
                .socket()
                .send(Frame.binary(
                        Recording.named("mp4-avc1-opus.mp4").messages().get(0).payload()));
        Refusal.assertTold(publisher, FailureCode.UNRECOGNIZED_MEDIA, Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7})
    void reservedBitsBreakTheProtocol(int bits) {
        Publisher publisher = negotiating("rsv");
        publisher.open(recording.mimeType());
        publisher.socket().send(Frame.binary(ByteBuffer.allocate(9)).withReservedBits(bits));
        assertProtocolViolation(publisher);
    }

    @ParameterizedTest
    @CsvSource({"3", "7", "11", "15"})
    void unknownOpcodesBreakTheProtocol(int opcode) {
        Publisher publisher = negotiating("opcode");
        publisher.open(recording.mimeType());
        publisher.socket().send(Frame.of(opcode, ByteBuffer.allocate(3)));
        assertProtocolViolation(publisher);
    }

    @Test
    void aFrameWithoutAMaskBreaksTheProtocol() {
        Publisher publisher = negotiating("unmasked");
        publisher.open(recording.mimeType());
        publisher.socket().send(Frame.binary(ByteBuffer.allocate(9)).withoutMask());
        assertProtocolViolation(publisher);
    }

    @Test
    void aContinuationOfNothingBreaksTheProtocol() {
        Publisher publisher = negotiating("continuation");
        publisher.open(recording.mimeType());
        publisher.socket().send(Frame.continuation(recording.messages().get(0).payload()));
        assertProtocolViolation(publisher);
    }

    @Test
    void aMessageThatIsTooLargeIsRefusedBeforeItHasCome() {
        Publisher publisher = negotiating("large");
        int max = publisher.open(recording.mimeType()).maxMessageBytes();
        publisher.socket().announce(Frame.binary(ByteBuffer.allocate(0)), max + 1);
        assertThat(publisher.heard().awaitClose(Publisher.SOON).code())
                .isEqualTo(FailureCode.MESSAGE_TOO_LARGE.closeCode());
        publisher.heard().awaitGone(Publisher.SOON);
    }

    @Test
    void aControlMessageThatIsTooLargeIsRefused() {
        Publisher publisher = negotiating("largetext");
        publisher.say("{\"type\":\"open\",\"offers\":[\"" + "x".repeat(100_000) + "\"]}");
        assertThat(publisher.heard().awaitClose(Publisher.SOON).code())
                .isEqualTo(FailureCode.MESSAGE_TOO_LARGE.closeCode());
    }

    private static Publisher negotiating(String name) {
        return gateway.connect(Publisher.negotiated(STAGE.key(name)));
    }

    /** The decoder finds some of these before the gateway can speak, so the close code is all there is to rely on. */
    private static void assertProtocolViolation(Publisher publisher) {
        assertThat(publisher.heard().awaitClose(Publisher.SOON).code())
                .isEqualTo(FailureCode.PROTOCOL_VIOLATION.closeCode());
        publisher.heard().awaitGone(Publisher.SOON);
    }
}
