package io.sluice.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class ControlCodecTest {

    private final ControlCodec codec = new ControlCodec();

    @Test
    void theOpenOfTheDocumentedContractIsUnderstood() {
        String text = """
                {"type":"open","streamKey":"demo","offers":["video/webm;codecs=\\"avc1.42E01F,opus\\"","video/webm"],
                 "video":{"width":1280,"height":720,"frameRate":30,"bitsPerSecond":2500000},
                 "audio":{"sampleRate":48000,"channels":1,"bitsPerSecond":128000},
                 "progressIntervalMs":250}""";

        assertThat(codec.decode(text))
                .isEqualTo(Result.ok(new Open(
                        "demo",
                        List.of("video/webm;codecs=\"avc1.42E01F,opus\"", "video/webm"),
                        new VideoSettings(1280, 720, 30.0, 2_500_000),
                        new AudioSettings(48_000, 1, 128_000),
                        null,
                        250)));
    }

    @Test
    void theFieldsMayComeInAnyOrderAndUnknownOnesAreIgnored() {
        String text = """
                {"x":{"y":[1,{"z":null}]},"offers":["video/webm"],"video":{"rotation":90},
                 "type":"open","streamkey":1}""";

        assertThat(codec.decode(text))
                .isEqualTo(Result.ok(
                        new Open(null, List.of("video/webm"), new VideoSettings(null, null, null, null), null)));
    }

    @Test
    void nullSaysAsLittleAsNoField() {
        String text = """
                {"type":"open","streamKey":null,"offers":["video/webm"],"video":null,"audio":{"channels":null},
                 "progressIntervalMs":null}""";

        assertThat(codec.decode(text))
                .isEqualTo(Result.ok(new Open(null, List.of("video/webm"), null, new AudioSettings(null, null, null))));
    }

    @Test
    void whatABrowserReportsAsZeroIsUnknown() {
        String text = """
                {"type":"open","offers":["video/webm"],
                 "video":{"width":1280.0,"height":0,"frameRate":0,"bitsPerSecond":0},"progressIntervalMs":0}""";

        assertThat(codec.decode(text))
                .isEqualTo(Result.ok(
                        new Open(null, List.of("video/webm"), new VideoSettings(1280, null, null, null), null)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"type\":\"stop\"}", " \r\n\t{ \"type\" : \"\\u0073top\" , \"why\" : \"tired\" } \n"})
    void stopIsUnderstood(String text) {
        assertThat(codec.decode(text)).isEqualTo(Result.ok(new Stop()));
    }

    @ParameterizedTest
    @FieldSource("io.sluice.protocol.Samples#FULL_CLIENT_MESSAGES")
    @FieldSource("io.sluice.protocol.Samples#BARE_CLIENT_MESSAGES")
    void aClientMessageSurvivesTheRoundTrip(ClientMessage message) {
        String text = codec.encode(message);

        assertThat(codec.decode(text)).isEqualTo(Result.ok(message));
        assertThat(codec.decode(text.getBytes(UTF_8))).isEqualTo(Result.ok(message));
    }

    @Test
    void aBufferIsReadBetweenItsPositionAndItsLimitAndStaysAsItIs() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64);
        buffer.put(3, "{\"type\":\"stop\"}".getBytes(UTF_8)).position(3).limit(18);

        assertThat(codec.decode(buffer.asReadOnlyBuffer())).isEqualTo(Result.ok(new Stop()));
        assertThat(codec.decode(buffer)).isEqualTo(Result.ok(new Stop()));
        assertThat(buffer.position()).isEqualTo(3);
        assertThat(buffer.limit()).isEqualTo(18);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " > ",
            quoteCharacter = '`',
            value = {
                "`` > is not a JSON object",
                "`   ` > is not a JSON object",
                "stop > is not valid JSON at line 1, column",
                "null > is not a JSON object",
                "\"stop\" > is not a JSON object",
                "[{\"type\":\"stop\"}] > is not a JSON object",
                "{\"type\":\"stop\" > is not valid JSON",
                "{\"type\":\"stop\",} > is not valid JSON",
                "{'type':'stop'} > is not valid JSON",
                "{type:\"stop\"} > is not valid JSON",
                "{\"type\":\"stop\"/**/} > is not valid JSON",
                "{\"type\":NaN} > is not valid JSON",
                "{\"type\":01} > is not valid JSON",
                "{\"type\":\"\\x\"} > is not valid JSON",
                "{\"type\":\"stop\"}} > is not valid JSON",
                "{\"type\":\"stop\"}{\"type\":\"stop\"} > has content after its JSON object",
                "{\"type\":\"stop\"} 1 > has content after its JSON object",
                "{} > has no field \"type\"",
                "{\"Type\":\"stop\"} > has no field \"type\"",
                "{\"type\":null} > \"type\" that is not a string",
                "{\"type\":7} > \"type\" that is not a string",
                "{\"type\":[\"stop\"]} > \"type\" that is not a string",
                "{\"type\":\"stop\",\"type\":\"open\"} > has the field \"type\" twice",
                "{\"type\":\"stop\",\"a\":{\"b\":1,\"b\":{}}} > has the field \"b\" twice",
                "{\"type\":\"stop\",\"a\":[],\"a\":[]} > has the field \"a\" twice",
                "{\"live_123\":1,\"live_123\":2} > has a field twice",
            })
    void whatIsNoMessageIsRefusedInWords(String text, String message) {
        assertRefused(codec.decode(text), FailureCode.MALFORMED_MESSAGE, message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " > ",
            quoteCharacter = '`',
            value = {
                "`` > \"offers\" is missing",
                "\"offers\":null > \"offers\" is missing",
                "\"offers\":3 > \"offers\" must be an array of strings",
                "\"offers\":\"video/webm\" > \"offers\" must be an array of strings",
                "\"offers\":{} > \"offers\" must be an array of strings",
                "\"offers\":[\"video/webm\",3] > \"offers\" must be an array of strings",
                "\"offers\":[null] > \"offers\" must be an array of strings",
                "\"offers\":[\"a\"],\"streamKey\":7 > \"streamKey\" must be a string",
                "\"offers\":[\"a\"],\"streamKey\":[\"a\"] > \"streamKey\" must be a string",
                "\"offers\":[\"a\"],\"video\":true > \"video\" must be an object",
                "\"offers\":[\"a\"],\"video\":[1280,720] > \"video\" must be an object",
                "\"offers\":[\"a\"],\"video\":{\"width\":-1} > \"video.width\" must be a whole number from 0 to 16384",
                "\"offers\":[\"a\"],\"video\":{\"width\":16385}"
                        + " > \"video.width\" must be a whole number from 0 to 16384",
                "\"offers\":[\"a\"],\"video\":{\"width\":12.5} > \"video.width\" must be a whole number",
                "\"offers\":[\"a\"],\"video\":{\"width\":\"1280\"} > \"video.width\" must be a whole number",
                "\"offers\":[\"a\"],\"video\":{\"height\":4294967297} > \"video.height\" must be a whole number",
                "\"offers\":[\"a\"],\"video\":{\"height\":1e99} > \"video.height\" must be a whole number",
                "\"offers\":[\"a\"],\"video\":{\"height\":99999999999999999999}"
                        + " > \"video.height\" must be a whole number",
                "\"offers\":[\"a\"],\"video\":{\"frameRate\":-0.1}"
                        + " > \"video.frameRate\" must be a number from 0 to 1000",
                "\"offers\":[\"a\"],\"video\":{\"frameRate\":1000.1}"
                        + " > \"video.frameRate\" must be a number from 0 to 1000",
                "\"offers\":[\"a\"],\"video\":{\"frameRate\":1e999} > \"video.frameRate\" must be a number",
                "\"offers\":[\"a\"],\"video\":{\"frameRate\":\"30\"} > \"video.frameRate\" must be a number",
                "\"offers\":[\"a\"],\"video\":{\"bitsPerSecond\":1000000001} > \"video.bitsPerSecond\" must be",
                "\"offers\":[\"a\"],\"audio\":{\"sampleRate\":768001} > \"audio.sampleRate\" must be",
                "\"offers\":[\"a\"],\"audio\":{\"channels\":65} > \"audio.channels\" must be",
                "\"offers\":[\"a\"],\"audio\":{\"channels\":true} > \"audio.channels\" must be",
                "\"offers\":[\"a\"],\"audio\":{\"bitsPerSecond\":-128000} > \"audio.bitsPerSecond\" must be",
                "\"offers\":[\"a\"],\"progressIntervalMs\":-1"
                        + " > \"progressIntervalMs\" must be a whole number from 0 to 10000",
                "\"offers\":[\"a\"],\"progressIntervalMs\":1"
                        + " > \"progressIntervalMs\" must be 0 or a whole number from 100 to 10000",
                "\"offers\":[\"a\"],\"progressIntervalMs\":99"
                        + " > \"progressIntervalMs\" must be 0 or a whole number from 100",
                "\"offers\":[\"a\"],\"progressIntervalMs\":10001"
                        + " > \"progressIntervalMs\" must be a whole number from 0 to 10000",
                "\"offers\":[\"a\"],\"progressIntervalMs\":250.5 > \"progressIntervalMs\" must be a whole number",
                "\"offers\":[\"a\"],\"progressIntervalMs\":\"250\" > \"progressIntervalMs\" must be a whole number",
            })
    void aWrongFieldIsRefusedByItsName(String fields, String message) {
        String text = fields.isEmpty() ? "{\"type\":\"open\"}" : "{\"type\":\"open\"," + fields + "}";

        assertRefused(codec.decode(text), FailureCode.MALFORMED_MESSAGE, message);
    }

    @Test
    void theLargestValuesAreAccepted() {
        String text = """
                {"type":"open","offers":["a"],
                 "video":{"width":16384,"height":16384,"frameRate":1000,"bitsPerSecond":1000000000},
                 "audio":{"sampleRate":768000,"channels":64,"bitsPerSecond":100000000},
                 "progressIntervalMs":10000}""";

        assertThat(codec.decode(text).toOptional()).isPresent();
    }

    @ParameterizedTest
    @CsvSource({"100, 100", "250.0, 250", "10000, 10000", "0, 1000", "null, 1000"})
    void theReportsComeAsOftenAsAskedAndElseEverySecond(String asked, int intervalMs) {
        String text = "{\"type\":\"open\",\"offers\":[\"a\"],\"progressIntervalMs\":" + asked + "}";

        assertThat(codec.decode(text))
                .isInstanceOfSatisfying(
                        Result.Ok.class,
                        ok -> assertThat(((Open) ok.value()).progressInterval())
                                .isEqualTo(Duration.ofMillis(intervalMs)));
    }

    @Test
    void sixtyFourOffersAreAcceptedAndOneMoreIsNot() {
        assertThat(codec.decode(openWithOffers(64)).toOptional()).isPresent();
        assertRefused(
                codec.decode(openWithOffers(65)),
                FailureCode.MALFORMED_MESSAGE,
                "\"offers\" has 65 elements; the maximum is 64");
    }

    @Test
    void noOfferAtAllIsAnUnsupportedOffer() {
        assertRefused(
                codec.decode("{\"type\":\"open\",\"offers\":[]}"),
                FailureCode.UNSUPPORTED_OFFER,
                "\"offers\" is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"opne", "OPEN", "opened", "ping"})
    void anUnknownTypeIsRefusedWithTheKnownOnes(String type) {
        assertRefused(
                codec.decode("{\"type\":\"" + type + "\"}"),
                FailureCode.UNKNOWN_MESSAGE_TYPE,
                "Unknown message type \"" + type + "\"; known types are open, resume, stop.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "live_123_secret", "open\\u000a", "a b", "oooooooooooooooooooooooooooooooooo"})
    void aTypeThatDoesNotLookLikeOneIsNotRepeated(String type) {
        assertRefused(
                codec.decode("{\"type\":\"" + type + "\"}"),
                FailureCode.UNKNOWN_MESSAGE_TYPE,
                "Unknown message type; known types are open, resume, stop.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"open\",\"streamKey\":live_123_secret}",
                "{\"type\":\"open\",\"streamKey\":\"live_123_secret\"\"}",
                "{\"type\":\"open\",\"streamKey\":\"live_123_secret}",
                "{\"type\":\"open\",\"streamKey\":{\"live_123_secret\":1}}",
                "{\"type\":\"open\",\"streamKey\":\"live_123_secret\",\"offers\":3}",
                "{\"type\":\"live_123_secret\"}",
                "{\"live_123_secret\":1,\"live_123_secret\":2}",
                "live_123_secret"
            })
    void noRefusalRepeatsAStreamKey(String text) {
        assertThat(codec.decode(text))
                .isInstanceOfSatisfying(
                        Result.Refused.class,
                        refused -> assertThat(refused.failure().message()).doesNotContain("live_123_secret"));
    }

    @Test
    void anOpenThatIsPrintedDoesNotShowItsKey() {
        assertThat(new Open(Samples.KEY, List.of("video/webm"), null, null))
                .asString()
                .contains("streamKey=live…", "offers=[video/webm]")
                .doesNotContain(Samples.KEY);
        assertThat(new Open("short", List.of(), null, null)).asString().doesNotContain("short");
        assertThat(new Open("not a key\n", List.of(), null, null)).asString().contains("streamKey=invalid");
        assertThat(new Open(null, List.of(), null, null)).asString().contains("streamKey=none");
    }

    @Test
    void theResumeOfTheDocumentedContractIsUnderstood() {
        String text = """
                {"type":"resume","sessionId":"5f0c2a91","token":"%s","keptFromByte":18600000,"sentBytes":18790000,
                 "handOver":false,"mimeType":"video/x-matroska;codecs=avc1,opus","open":{"type":"open",
                 "streamKey":"demo","offers":["video/x-matroska;codecs=avc1,opus"],"resume":true}}""";
        String type = "video/x-matroska;codecs=avc1,opus";
        Open open = new Open("demo", List.of(type), null, null, null, null, Set.of(ClientFeature.RESUME));

        assertThat(codec.decode(text.formatted(Samples.RESUME_TOKEN)))
                .isEqualTo(Result.ok(new Resume("5f0c2a91", Samples.RESUME_TOKEN, 18_600_000, 18_790_000, type, open)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " > ",
            quoteCharacter = '`',
            value = {
                "{\"type\":\"open\",\"offers\":[]} > UNSUPPORTED_OFFER > \"offers\" is empty",
                "{\"type\":\"stop\"} > MALFORMED_MESSAGE > another type than \"open\"",
                "{\"offers\":[\"a\"]} > MALFORMED_MESSAGE > \"open.type\" is missing",
                "{\"type\":\"open\",\"offers\":[\"a\"],\"video\":1} > MALFORMED_MESSAGE > \"open.video\" must be",
            })
    void anOpenInsideResumeIsCheckedLikeAnyOther(String open, FailureCode code, String message) {
        String text = "{\"type\":\"resume\",\"sessionId\":\"s\",\"token\":\"t\",\"keptFromByte\":0,\"sentBytes\":0,"
                + "\"open\":" + open + "}";

        assertRefused(codec.decode(text), code, message);
    }

    private static String openWithOffers(int count) {
        return "{\"type\":\"open\",\"offers\":[" + "\"a\",".repeat(count - 1) + "\"a\"]}";
    }

    static void assertRefused(Result<?> result, FailureCode code, String message) {
        assertThat(result).isInstanceOfSatisfying(Result.Refused.class, refused -> {
            assertThat(refused.failure().code()).isEqualTo(code);
            assertThat(refused.failure().message())
                    .contains(message)
                    .endsWith(".")
                    .doesNotContain("\n");
        });
    }
}
