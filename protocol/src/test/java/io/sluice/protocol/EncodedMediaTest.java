package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EncodedMediaTest {

    private static final byte[] WEBM = {0x1a, 0x45, (byte) 0xdf, (byte) 0xa3, (byte) 0xa3, 0x42, (byte) 0x86};
    private static final byte[] MP4 = "\0\0\0\u001cftypisom".getBytes(StandardCharsets.ISO_8859_1);

    static Stream<Arguments> mistakes() {
        byte[] noise = new byte[3_000];
        new Random(14).nextBytes(noise);
        String later = Base64.getEncoder().encodeToString(noise);
        return Stream.of(
                Arguments.of("data:video/x-matroska;codecs=avc1,opus;base64,GkXfo", EncodedMedia.DATA_URL),
                Arguments.of("data:application/octet-stream;base64," + later, EncodedMedia.DATA_URL),
                Arguments.of(base64(WEBM), EncodedMedia.BASE64),
                Arguments.of(base64(MP4), EncodedMedia.BASE64),
                Arguments.of(later, EncodedMedia.BASE64),
                Arguments.of("0{\"sid\":\"x\",\"upgrades\":[]}", EncodedMedia.SOCKET_IO),
                Arguments.of("40", null),
                Arguments.of("2probe", EncodedMedia.SOCKET_IO),
                Arguments.of("42[\"binarystream\",{\"_placeholder\":true}]", EncodedMedia.SOCKET_IO),
                Arguments.of("451-[\"binarystream\",{\"_placeholder\":true,\"num\":0}]", EncodedMedia.SOCKET_IO),
                Arguments.of("42/live,7[\"chunk\",\"GkXfo\"]", EncodedMedia.SOCKET_IO),
                Arguments.of("{\"event\":\"media\",\"media\":{\"payload\":\"" + later + "\"}}", EncodedMedia.JSON),
                Arguments.of("{\"type\":\"video\",\"data\":\"data:video/webm;base64,GkXfo\"}", EncodedMedia.JSON),
                Arguments.of("[\"" + base64(MP4) + "\"]", EncodedMedia.JSON),
                Arguments.of(new String(WEBM, StandardCharsets.ISO_8859_1), EncodedMedia.BYTES),
                Arguments.of(new String(MP4, StandardCharsets.ISO_8859_1), EncodedMedia.BYTES));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsRecognizedByItsFirstCharacters(String text, EncodedMedia expected) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(EncodedMedia.in(bytes).orElse(null)).isEqualTo(expected);
        assertThat(bytes.position()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"open\",\"offers\":[\"video/webm\"],\"token\":\"eyJhbGciOiJIUzI1NiJ9.e30.x\"}",
                "{\"type\":\"stop\"}",
                "",
                "hello",
                "GET / HTTP/1.1\r\n",
                "#EXTM3U\n"
            })
    void otherTextIsNot(String text) {
        assertThat(EncodedMedia.in(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void theRefusalSaysWhatToDoAndQuotesNothing(String text, EncodedMedia expected) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        Failure failure = failure(new ControlCodec().decode(bytes));
        assertThat(failure).isNotNull();
        if (expected != null) {
            assertThat(failure.message())
                    .contains(expected.description(), "binary frame")
                    .doesNotContain("GkXfo");
            Failure tooLarge = failure(new ControlCodec().refuseTooLarge(ByteBuffer.wrap(bytes)));
            assertThat(tooLarge.code()).isEqualTo(FailureCode.MESSAGE_TOO_LARGE);
            assertThat(tooLarge.message()).contains("65536", expected.description(), "binary frame");
        }
    }

    private static Failure failure(Result<ClientMessage> result) {
        return result.fold(
                message -> {
                    throw new AssertionError(message);
                },
                failure -> failure);
    }

    @Test
    void aMessageIsRefusedInTheSameWordsHoweverItIsGiven() {
        ControlCodec codec = new ControlCodec();
        String text = "data:e12tKwzmIGGg\",\"endsInMs\":0}";
        assertThat(codec.decode(text)).isEqualTo(codec.decode(text.getBytes(StandardCharsets.UTF_8)));
    }
}
