package io.sluice.protocol;

import static io.sluice.protocol.ControlCodecTest.assertRefused;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ControlCodecBoundsTest {

    private final ControlCodec codec = new ControlCodec();

    static Stream<byte[]> invalidUtf8() {
        return Stream.of(
                "{\"type\":\"stop\",\"x\":\"é\"}".getBytes(ISO_8859_1),
                "{\"type\":\"stop\",\"x\":\"\u00c0\u00af\"}".getBytes(ISO_8859_1),
                "{\"type\":\"stop\",\"x\":\"\u00ed\u00a0\u0080\"}".getBytes(ISO_8859_1),
                "{\"type\":\"stop\",\"x\":\"\u00f4\u0090\u0080\u0080\"}".getBytes(ISO_8859_1),
                "{\"type\":\"stop\",\"x\":\"\u00e2\u0082".getBytes(ISO_8859_1),
                new byte[] {(byte) 0xff});
    }

    @ParameterizedTest
    @MethodSource("invalidUtf8")
    void bytesThatAreNotUtf8AreRefused(byte[] bytes) {
        assertRefused(codec.decode(bytes), FailureCode.MALFORMED_MESSAGE, "is not valid UTF-8");
    }

    @Test
    void otherEncodingsOfJsonAreRefused() {
        assertRefused(codec.decode("{\"type\":\"stop\"}".getBytes(UTF_16LE)), FailureCode.MALFORMED_MESSAGE, "JSON");
        assertRefused(codec.decode("\ufeff{\"type\":\"stop\"}"), FailureCode.MALFORMED_MESSAGE, "JSON");
    }

    @Test
    void deepNestingIsRefused() {
        assertThat(codec.decode(nested(15)).toOptional()).isPresent();
        assertRefused(codec.decode(nested(16)), FailureCode.MALFORMED_MESSAGE, "nested deeper than 16 levels");
        assertRefused(codec.decode(nested(30_000)), FailureCode.MALFORMED_MESSAGE, "nested deeper than 16 levels");
    }

    @Test
    void anEndlessNumberIsRefused() {
        String text = "{\"type\":\"stop\",\"x\":" + "9".repeat(60_000) + "}";

        assertRefused(codec.decode(text), FailureCode.MALFORMED_MESSAGE, "too long");
    }

    @Test
    void aMessageOf65536BytesIsAcceptedAndOneMoreIsNot() {
        String start = "{\"type\":\"stop\",\"x\":\"";
        String longest = start + "y".repeat(65_536 - start.length() - 2) + "\"}";

        assertThat(codec.decode(longest).toOptional()).isPresent();
        assertThat(codec.decode(longest.getBytes(UTF_8)).toOptional()).isPresent();
        assertRefused(codec.decode(longest + " "), FailureCode.MESSAGE_TOO_LARGE, "65536");
        assertRefused(codec.decode((longest + " ").getBytes(UTF_8)), FailureCode.MESSAGE_TOO_LARGE, "65536");
    }

    private static String nested(int levels) {
        return "{\"type\":\"stop\",\"x\":" + "[".repeat(levels) + "]".repeat(levels) + "}";
    }
}
