package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamKeyTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k",
                "demo",
                "live_123456789_AbCdEfGhIjKlMnOpQrStUvWxYz?bandwidthtest=true",
                "abcd-efgh-ijkl-mnop-qrst",
                "FB-1234567890-0-AbCdEfGh?s_bl=1&s_ps=1&s_sw=0&s_vt=api-s&a=AbxCdEf",
                "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW0ifQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                "rtmp-key~with+everything:in?it=1&x=2",
                "-starts-with-a-hyphen",
                "a..b"
            })
    void theKeysOfRealPlatformsAreAccepted(String text) {
        assertThat(StreamKey.parse(text).map(StreamKey::value)).isEqualTo(Result.ok(text));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " > ",
            quoteCharacter = '`',
            value = {
                "secret/key > '/' at position 7",
                "secret\\key > '\\' at position 7",
                "secret key > ' ' at position 7",
                "secret%2Fkey > '%' at position 7",
                "secret#key > '#' at position 7",
                "secret|key > '|' at position 7",
                "secret'key > ''' at position 7",
                "secret\"key > '\"' at position 7",
                "secret$key > '$' at position 7",
                "secret;key > ';' at position 7",
                "secret,key > ',' at position 7",
                "secret[key > '[' at position 7",
                "secret{key > '{' at position 7",
                "secret<key > '<' at position 7",
                "secret*key > '*' at position 7",
                "secret!key > '!' at position 7",
                "secret@key > '@' at position 7",
                "secretkéy > U+00E9 at position 8",
                "secretкey > U+043A at position 7",
                "secret🎥key > U+1F3A5 at position 7",
            })
    void aCharacterThatCouldBreakOutIsRefusedByItsPosition(String text, String quoted) {
        String message = refusal(text);

        assertThat(message).contains("has " + quoted + ";").doesNotContain("secret");
    }

    @Test
    void noCharacterButTheListedOnesIsEverAccepted() {
        String allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+:?=&";
        for (int c = Character.MIN_VALUE; c <= Character.MAX_VALUE; c++) {
            boolean accepted = StreamKey.parse("k" + (char) c).toOptional().isPresent();
            assertThat(accepted).as("U+%04X", c).isEqualTo(allowed.indexOf(c) >= 0);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, U+0000", "9, U+0009", "10, U+000A", "13, U+000D", "27, U+001B", "127, U+007F", "8238, U+202E"})
    void aCharacterThatWouldForgeALogLineIsPrintedAsANumber(int character, String number) {
        String message = refusal("k" + (char) character + "[ERROR] forged");

        assertThat(message).contains("has " + number + " at position 2");
        assertThat(message.chars()).allMatch(c -> c >= ' ' && c <= '~');
    }

    @Test
    void theLongestKeyIsAcceptedAndOneMoreCharacterIsNot() {
        assertThat(StreamKey.parse("k".repeat(512)).toOptional()).isPresent();
        assertThat(refusal("k".repeat(513))).contains("513 characters").contains("512");
        assertThat(refusal("/".repeat(1_000_000))).contains("1000000 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {".", "..", ".hidden", "..?x=1"})
    void aKeyThatStartsWithADotIsRefused(String text) {
        assertThat(refusal(text)).contains("must not start with '.'");
    }

    @Test
    void anEmptyKeyIsRefused() {
        assertThat(refusal("")).contains("empty");
    }

    @Test
    void aPrintedKeyIsRedacted() {
        assertThat(key("abcd-efgh-ijkl-mnop")).hasToString("abcd…");
        assertThat(key("sixteencharacter")).hasToString("sixt…");
        assertThat(key("fifteencharact3")).hasToString("…");
        assertThat(StreamKey.parse("abcd-efgh-ijkl-mnop")).hasToString("Ok[value=abcd…]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"anna?slist=victim", "slist=victim", "anna?x=1&slist=victim", "anna?xslist=v", "anna?SList=v"})
    void aParameterThatChangesTheApplicationIsRefused(String text) {
        assertThat(refusal(text)).contains("'slist='").doesNotContain("anna", "victim");
    }

    @ParameterizedTest
    @ValueSource(strings = {"?x=1", "?", "mp4:", "flv:?x", "MP4:flv:?x"})
    void aKeyWithoutANameIsRefused(String text) {
        assertThat(refusal(text)).contains("no name before its parameters");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "anna",
                "anna?",
                "anna?i1",
                "anna?a=b&c=d",
                "anna??",
                "mp4:anna",
                "FLV:anna?x",
                "flv:mp4:anna",
                "anna...vhost...other"
            })
    void keysOfOneStreamHaveTheSameIdentity(String text) {
        assertThat(key(text).identity()).isEqualTo(key("anna")).hasSameHashCodeAs(key("anna"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Anna", "anna.", "anna&x", "anna=x", "anna:x", "x:anna", "anna..x", "ann", "anna1"})
    void keysOfOtherStreamsHaveAnotherIdentity(String text) {
        assertThat(key(text).identity()).isNotEqualTo(key("anna"));
    }

    @Test
    void keysAreEqualByTheirValue() {
        assertThat(key("one")).isEqualTo(key("one")).hasSameHashCodeAs(key("one"));
        assertThat(key("one")).isNotEqualTo(key("One")).isNotEqualTo("one");
    }

    private static StreamKey key(String text) {
        return StreamKey.parse(text).orElseThrow();
    }

    private static String refusal(String text) {
        return StreamKey.parse(text)
                .fold(
                        key -> {
                            throw new AssertionError("accepted: " + key);
                        },
                        failure -> {
                            assertThat(failure.code()).isEqualTo(FailureCode.INVALID_STREAM_KEY);
                            return failure.message();
                        });
    }
}
