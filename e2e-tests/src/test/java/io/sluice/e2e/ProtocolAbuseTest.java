package io.sluice.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Comparison;
import io.sluice.e2e.harness.GatewayProcess;
import io.sluice.e2e.harness.NginxReceiver;
import io.sluice.e2e.harness.Publisher;
import io.sluice.e2e.harness.Recording;
import io.sluice.e2e.harness.Refusal;
import io.sluice.e2e.harness.Stage;
import io.sluice.e2e.wire.Frame;
import io.sluice.protocol.FailureCode;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Frames that break the protocol in other ways than {@link RefusalsTest} has them: in control frames, across fragments,
 * and by sizes that nobody could hold. Each is told why; together they cost the gateway, whose heap is small, no memory
 * and another stream nothing.
 */
final class ProtocolAbuseTest {

    @RegisterExtension
    static final Stage STAGE = new Stage();

    private static final long MEGABYTE = 1 << 20;
    private static final int FIFTY_MEGABYTES = 50 << 20;

    private static GatewayProcess gateway;
    private static Comparison comparison;
    private static long before;

    private final Recording recording = Recording.named("webm-h264-opus.webm");

    @BeforeAll
    static void start() {
        NginxReceiver nginx = STAGE.nginx();
        gateway = STAGE.gateway("--publish", nginx.publishUrl()).jvm("-Xmx48m").start();
        comparison = Comparison.live(STAGE, nginx, gateway);
        before = gateway.facts().residentBytes();
    }

    @AfterAll
    static void nothingWasLostAndNothingIsLeft() {
        assertThat(gateway.facts().residentBytes() - before).as("growth").isLessThan(70 * MEGABYTE);
        comparison.assertNotDisturbed();
        gateway.awaitNoChildren(Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 9, 10})
    void reservedBitsInTextAndControlFramesBreakTheProtocol(int opcode) {
        for (int bits : new int[] {1, 2, 4}) {
            Publisher publisher = negotiating("bits" + opcode);
            publisher.socket().send(Frame.of(opcode, bytes(2)).withReservedBits(bits));
            assertToldOfViolation(publisher, "reserved bits");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10})
    void aControlFrameInFragmentsBreaksTheProtocol(int opcode) {
        Publisher publisher = negotiating("fragmented");
        publisher.socket().send(Frame.of(opcode, bytes(2)).withMoreToCome());
        assertToldOfViolation(publisher, "fragmented");
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10})
    void aControlFrameThatIsTooLongBreaksTheProtocol(int opcode) {
        Publisher publisher = negotiating("longcontrol");
        publisher.socket().announce(Frame.of(opcode, bytes(0)), 126);
        assertToldOfViolation(publisher, "125");
    }

    @ParameterizedTest
    @CsvSource({"2, 2", "2, 1", "1, 2", "1, 1"})
    void aMessageWithinAMessageBreaksTheProtocol(int outer, int inner) {
        Publisher publisher = live("interleaved");
        publisher.socket().send(Frame.of(outer, bytes(0)).withMoreToCome());
        publisher.socket().send(Frame.of(inner, bytes(3)));
        assertToldOfViolation(publisher, "before the previous one was complete");
    }

    /**
     * What may stand in the middle of a message is a control frame; it must not end up in the message, nor be kept back
     * by it.
     */
    @Test
    void controlFramesBetweenTheFragmentsOfAMessageAreNoPartOfIt() {
        Publisher publisher = negotiating("between");
        byte[] open = ("{\"type\":\"open\",\"offers\":[\"" + recording.mimeType() + "\"]}").getBytes(UTF_8);
        for (int i = 0; i < open.length; i++) {
            Frame letter = i == 0
                    ? Frame.text(String.valueOf((char) open[i]))
                    : Frame.continuation(ByteBuffer.wrap(open, i, 1));
            publisher.socket().send(i == open.length - 1 ? letter : letter.withMoreToCome());
            publisher.socket().send(Frame.of(10, bytes(125)));
        }
        publisher.heard().awaitOpened(Publisher.SOON);
        publisher.leave();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C3|28", "E2|82|28", "F0|9F|98", "ED|A0|80", "C0|AF", "F4|90|80|80", "FF"})
    void badUtf8IsFoundAcrossFragmentsToo(String hex) {
        Publisher publisher = negotiating("badtext");
        publisher.socket().send(Frame.text("{\"type\":\"stop\",\"x\":\"").withMoreToCome());
        for (String one : hex.split("\\|", -1)) {
            publisher
                    .socket()
                    .send(Frame.continuation(bytes(Integer.parseInt(one, 16), 1))
                            .withMoreToCome());
        }
        publisher.socket().send(Frame.continuation(ByteBuffer.wrap("\"}".getBytes(UTF_8))));
        assertThat(Refusal.assertTold(publisher, FailureCode.MALFORMED_MESSAGE, Publisher.SOON))
                .contains("UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"03E8C328", "03E8F09F98", "03E8FF", "03ED", "03EE", "03F7", "0000", "03E7", "07CF", "03"})
    void aCloseFrameWithBadWordsOrABadCodeBreaksTheProtocol(String hex) {
        Publisher publisher = negotiating("badclose");
        ByteBuffer payload = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        publisher.socket().send(Frame.of(8, payload));
        assertToldOfViolation(publisher, "close frame");
    }

    @ParameterizedTest
    @ValueSource(ints = {FIFTY_MEGABYTES, Integer.MAX_VALUE})
    void aFrameOfFiftyMegabytesAndMoreIsRefusedByItsHeader(int size) {
        Publisher publisher = negotiating("fifty");
        publisher.socket().announce(Frame.binary(bytes(0)), size);
        Refusal.assertTold(publisher, FailureCode.MESSAGE_TOO_LARGE, Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MAX_VALUE, 1L << 32, (1L << 32) + 5})
    void aFrameThatNoMachineCouldHoldIsRefusedByItsHeader(long size) {
        Publisher publisher = negotiating("endless");
        publisher.socket().write(header(size));
        Refusal.assertTold(publisher, FailureCode.MESSAGE_TOO_LARGE, Publisher.SOON);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 0, 125, 65_535})
    void aLengthThatIsNegativeOrWrittenTooLongBreaksTheProtocol(long size) {
        Publisher publisher = negotiating("badlength");
        publisher.socket().write(header(size));
        assertToldOfViolation(publisher, "shortest form");
    }

    /** No single frame is too large; the client goes on for as long as its socket takes it. */
    @Test
    void fiftyMegabytesInSmallFragmentsAreRefusedWhenTheyBecomeTooMany() {
        Publisher publisher = live("fragments");
        sendFragments(publisher, Frame.binary(bytes(0)), recording.bytes());
        Refusal.assertTold(publisher, FailureCode.MESSAGE_TOO_LARGE, Publisher.SOON);
    }

    @Test
    void aControlMessageInManyFragmentsIsRefusedWhenItBecomesTooLong() {
        Publisher publisher = negotiating("textfragments");
        sendFragments(publisher, Frame.text("{"), bytes(1 << 10));
        Refusal.assertTold(publisher, FailureCode.MESSAGE_TOO_LARGE, Publisher.SOON);
    }

    /**
     * As much as fifty megabytes. What comes behind a refusal is thrown away for as long as the closing handshake
     * lasts.
     */
    private static void sendFragments(Publisher publisher, Frame first, ByteBuffer payload) {
        publisher.socket().send(first.withMoreToCome());
        ByteBuffer fragment = Frame.continuation(payload).withMoreToCome().encoded();
        try {
            for (long sent = 0; sent < FIFTY_MEGABYTES; sent += payload.remaining()) {
                publisher.socket().write(fragment);
            }
        } catch (UncheckedIOException e) {
            // Told, and answered: nothing may follow.
        }
    }

    private static Publisher negotiating(String name) {
        return gateway.connect(Publisher.negotiated(STAGE.key(name)));
    }

    private Publisher live(String name) {
        Publisher publisher = negotiating(name);
        publisher.open(recording.mimeType());
        return publisher;
    }

    private static ByteBuffer header(long size) {
        return ByteBuffer.allocate(14)
                .put((byte) 0x82)
                .put((byte) 0xff)
                .putLong(size)
                .putInt(0)
                .flip();
    }

    private static ByteBuffer bytes(int count) {
        return bytes('x', count);
    }

    private static ByteBuffer bytes(int value, int count) {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    private static void assertToldOfViolation(Publisher publisher, String words) {
        assertThat(Refusal.assertTold(publisher, FailureCode.PROTOCOL_VIOLATION, Publisher.SOON))
                .contains(words);
    }
}
