package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailureCodeTest {

    /** Deployed clients depend on these; changing a line breaks them. */
    private static final String CONTRACT = """
            MALFORMED_MESSAGE malformed-message 4400 false
            NOT_AUTHORIZED not-authorized 4401 false
            UNKNOWN_MESSAGE_TYPE unknown-message-type 4402 false
            UNEXPECTED_MESSAGE unexpected-message 4403 false
            MEDIA_BEFORE_OPENED media-before-opened 4404 false
            INVALID_STREAM_KEY invalid-stream-key 4405 false
            ORIGIN_NOT_ALLOWED origin-not-allowed 4406 false
            OPEN_TIMEOUT open-timeout 4408 true
            STREAM_KEY_IN_USE stream-key-in-use 4409 false
            MEDIA_TIMEOUT media-timeout 4410 true
            AUTHORIZATION_EXPIRED authorization-expired 4411 false
            ENDED_BY_OPERATOR ended-by-operator 4412 false
            BIT_RATE_EXCEEDED bit-rate-exceeded 4413 false
            TOO_MANY_MESSAGES too-many-messages 4414 false
            UNSUPPORTED_OFFER unsupported-offer 4415 false
            DURATION_EXCEEDED duration-exceeded 4416 false
            RESUME_UNKNOWN resume-unknown 4417 false
            RESUME_GAP resume-gap 4418 false
            TAKEN_OVER taken-over 4419 false
            TIMESTAMP_GAP timestamp-gap 4420 true
            KEY_FRAMES_MISSING key-frames-missing 4421 false
            UNRECOGNIZED_MEDIA unrecognized-media 4422 false
            TOO_MANY_REQUESTS too-many-requests 4429 true
            MESSAGE_TOO_LARGE message-too-large 1009 false
            PROTOCOL_VIOLATION protocol-violation 1002 false
            INTERNAL_ERROR internal-error 4500 true
            FFMPEG_UNAVAILABLE ffmpeg-unavailable 4501 true
            FFMPEG_FAILED ffmpeg-failed 4502 true
            SHUTTING_DOWN shutting-down 4503 true
            STREAM_STALLED stream-stalled 4504 true
            OUTPUT_FAILED output-failed 4505 true
            AUTHORIZER_FAILED authorizer-failed 4506 true
            GATEWAY_FULL gateway-full 4507 true
            """;

    @Test
    void everyCodeKeepsItsReasonItsCloseCodeAndItsRetryability() {
        List<String> actual = Arrays.stream(FailureCode.values())
                .map(code -> code + " " + code.reason() + " " + code.closeCode() + " " + code.retryable())
                .toList();

        assertThat(actual).isEqualTo(CONTRACT.lines().toList());
    }

    @Test
    void noTwoCodesShareAReasonOrACloseCode() {
        assertThat(FailureCode.values()).extracting(FailureCode::reason).doesNotHaveDuplicates();
        assertThat(FailureCode.values()).extracting(FailureCode::closeCode).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource
    void aCodeIsFoundByItsReason(FailureCode code) {
        assertThat(FailureCode.ofReason(code.reason())).contains(code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no-such-reason", "MALFORMED_MESSAGE", "Malformed-Message", " malformed-message"})
    void noCodeIsFoundByAnythingElse(String reason) {
        assertThat(FailureCode.ofReason(reason)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"a, 1", "é, 2", "…, 3", "🎥, 4"})
    void aCloseReasonIsCutToWhatACloseFrameHolds(String character, int bytes) {
        Failure failure = new Failure(FailureCode.OUTPUT_FAILED, character.repeat(200));

        String reason = failure.closeReason();

        int room = 123 - "output-failed: ".length();
        assertThat(reason).isEqualTo("output-failed: " + character.repeat(room / bytes));
    }

    @Test
    void aShortCloseReasonIsWhole() {
        Failure failure = new Failure(FailureCode.STREAM_KEY_IN_USE, "Another stream is live under this key.");

        assertThat(failure.closeReason()).isEqualTo("stream-key-in-use: Another stream is live under this key.");
    }
}
