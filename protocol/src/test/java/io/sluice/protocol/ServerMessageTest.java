package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerMessageTest {

    private final ControlCodec codec = new ControlCodec();

    @Test
    void openedIsWrittenAsDocumented() {
        Opened opened = new Opened(
                "7f3a",
                "video/webm;codecs=\"vp8,opus\"",
                TrackHandling.TRANSCODE,
                TrackHandling.COPY,
                250,
                2_000,
                1,
                2);

        assertThat(codec.encode(opened)).isEqualTo("""
                        {"type":"opened","sessionId":"7f3a","mimeType":"video/webm;codecs=\\"vp8,opus\\"",\
                        "video":"transcode","audio":"copy","timesliceMs":250,"keyFrameIntervalMs":2000,\
                        "maxBitsPerSecond":1,"maxMessageBytes":2}""");
    }

    @Test
    void aTrackThatThereIsNotIsLeftOut() {
        Opened opened = new Opened("7f3a", "audio/webm", null, TrackHandling.COPY, 250, 2_000, 1, 2);

        assertThat(codec.encode(opened))
                .doesNotContain("video\"")
                .doesNotContain("null")
                .contains("\"audio\":\"copy\"");
    }

    @Test
    void progressIsWrittenAsDocumented() {
        assertThat(codec.encode(new Progress(1_048_576, 4096, 12_345, 29.97, 2_500_000, 1.0, 2)))
                .isEqualTo("""
                        {"type":"progress","acceptedBytes":1048576,"queuedBytes":4096,"outTimeMs":12345,\
                        "framesPerSecond":29.97,"bitsPerSecond":2500000,"speed":1,"droppedFrames":2}""");
    }

    @Test
    void endedIsWrittenAsDocumented() {
        assertThat(codec.encode(new Ended(Long.MAX_VALUE, 10)))
                .isEqualTo("{\"type\":\"ended\",\"acceptedBytes\":9223372036854775807,\"outTimeMs\":10}");
    }

    @Test
    void failedIsWrittenAsDocumented() {
        Failed failed = Failed.of(new Failure(FailureCode.GATEWAY_FULL, "Try \"later\"\n."));

        assertThat(codec.encode(failed)).isEqualTo("""
                        {"type":"failed","code":"gateway-full","message":"Try \\"later\\"\\n.","retryable":true}""");
    }

    @Test
    void resumedIsWrittenAsDocumented() {
        ResumeGrant grant = new ResumeGrant(Samples.RESUME_TOKEN, 30_000, 33_554_432, null);

        assertThat(codec.encode(new Resumed(Resumed.Mode.EXACT, "5f0c2a91", 18_751_234, grant)))
                .isEqualTo("""
                        {"type":"resumed","mode":"exact","sessionId":"5f0c2a91","nextByte":18751234,\
                        "resume":{"token":"%s","windowMs":30000,"maxKeptBytes":33554432}}""", Samples.RESUME_TOKEN);
    }

    @Test
    void theFieldsOfALaterGatewayAreIgnored() {
        String later = "{\"type\":\"draining\",\"endsInMs\":5000,\"handOver\":true,\"afterMs\":1400}";

        assertThat(codec.decodeServerMessage(later)).isEqualTo(Result.ok(new Draining(5_000)));
    }

    @Test
    void theTokenIsNotPrinted() {
        Samples.FULL_SERVER_MESSAGES.forEach(
                message -> assertThat(message).asString().doesNotContain(Samples.RESUME_TOKEN));
        Samples.FULL_CLIENT_MESSAGES.forEach(
                message -> assertThat(message).asString().doesNotContain(Samples.RESUME_TOKEN, Samples.KEY));
    }

    @Test
    void failedSaysThatARetryDoesNotHelpAlthoughItsCodeMayBeRetried() {
        Failure rejected = new Failure(FailureCode.OUTPUT_FAILED, "Rejected.").notRetryable();
        String text = codec.encode(Failed.of(rejected));

        assertThat(text).isEqualTo("""
                        {"type":"failed","code":"output-failed","message":"Rejected.","retryable":false}""");
        assertThat(codec.decodeServerMessage(text)).isEqualTo(Result.ok(Failed.of(rejected)));
        assertThat(Failed.of(rejected).failure()).isEqualTo(rejected);
    }

    @ParameterizedTest
    @CsvSource({"PT0.25S, 250", "PT30S, 30000", "PT0.0000001S, 1", "PT10000H, 2147483647"})
    void failedSaysWhenToTryAgain(Duration retryAfter, int milliseconds) {
        Failed failed = Failed.of(new Failure(FailureCode.GATEWAY_FULL, "Later.", retryAfter));

        assertThat(codec.encode(failed)).isEqualTo("""
                        {"type":"failed","code":"gateway-full","message":"Later.","retryable":true,\
                        "retryAfterMs":%d}""", milliseconds);
        assertThat(failed.failure()).isEqualTo(new Failure(failed.code(), "Later.", Duration.ofMillis(milliseconds)));
    }

    @ParameterizedTest
    @CsvSource({
        "NaN, 0",
        "Infinity, 0",
        "-Infinity, 0",
        "-0.0, 0",
        "0.0, 0",
        "30.0, 30",
        "100.0, 100",
        "29.97, 29.97",
        "1.0E10, 10000000000",
        "1.5E-7, 0.00000015",
    })
    void aNumberIsWrittenPlainly(double number, String json) {
        assertThat(codec.encode(new Progress(0, 0, 0, number, 0, number, 0)))
                .contains("\"framesPerSecond\":" + json + ",")
                .contains("\"speed\":" + json + ",");
    }

    @Test
    void progressHasNoExponentsInAnyWriter() {
        ObjectNode out = JsonNodeFactory.instance.objectNode();

        ProgressJson.write(new Progress(0, 0, 0, 30, 0, 1e10, 0), out);

        assertThat(out.toString()).contains("\"framesPerSecond\":30,", "\"speed\":10000000000,");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MAX_VALUE, Double.MIN_VALUE, Math.PI, 1.0 / 3})
    void aNumberLosesNothing(double number) {
        Progress progress = new Progress(0, 0, 0, number, 0, number, 0);

        assertThat(codec.decodeServerMessage(codec.encode(progress))).isEqualTo(Result.ok(progress));
    }

    @ParameterizedTest
    @FieldSource("io.sluice.protocol.Samples#FULL_SERVER_MESSAGES")
    @FieldSource("io.sluice.protocol.Samples#BARE_SERVER_MESSAGES")
    void aServerMessageSurvivesTheRoundTrip(ServerMessage message) {
        assertThat(codec.decodeServerMessage(codec.encode(message))).isEqualTo(Result.ok(message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " > ",
            quoteCharacter = '`',
            value = {
                "{\"type\":\"open\"} > UNKNOWN_MESSAGE_TYPE"
                        + " > opened, resumed, progress, output, keyframe, warning, draining, ended, failed",
                "{\"type\":\"ended\",\"acceptedBytes\":1} > MALFORMED_MESSAGE > \"outTimeMs\" is missing",
                "{\"type\":\"ended\",\"acceptedBytes\":-1,\"outTimeMs\":1} > MALFORMED_MESSAGE"
                        + " > \"acceptedBytes\" must be",
                "{\"type\":\"failed\",\"code\":\"x\",\"message\":\"\",\"retryable\":true} > MALFORMED_MESSAGE"
                        + " > \"code\" is not",
                "{\"type\":\"failed\",\"code\":\"internal-error\",\"message\":\"\",\"retryable\":1}"
                        + " > MALFORMED_MESSAGE > true or false",
                "{\"type\":\"opened\",\"video\":\"melt\"} > MALFORMED_MESSAGE > \"sessionId\" is missing",
                "{\"type\":\"opened\",\"sessionId\":\"\",\"mimeType\":\"\",\"video\":\"COPY\"}"
                        + " > MALFORMED_MESSAGE > \"video\" has an unknown value",
                "{\"type\":\"resumed\",\"sessionId\":\"\",\"nextByte\":0} > MALFORMED_MESSAGE > \"mode\" is missing",
                "{\"type\":\"resumed\",\"mode\":\"EXACT\"} > MALFORMED_MESSAGE > \"mode\" has an unknown value",
                "{\"type\":\"output\",\"index\":0,\"name\":\"\",\"state\":\"gone\"}"
                        + " > MALFORMED_MESSAGE > \"state\" has an unknown value",
            })
    void aClientIsToldWhatIsWrongWithAServersMessage(String text, FailureCode code, String message) {
        assertThat(codec.decodeServerMessage(text)).isInstanceOfSatisfying(Result.Refused.class, refused -> {
            assertThat(refused.failure().code()).isEqualTo(code);
            assertThat(refused.failure().message()).contains(message);
        });
    }
}
