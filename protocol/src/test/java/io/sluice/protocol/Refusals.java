package io.sluice.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** What holds of every refusal, whatever was refused. */
final class Refusals {

    /** Longer than any of the messages, with the longest quotation of the input that there is. */
    private static final int MAX_MESSAGE_LENGTH = 700;

    private Refusals() {}

    static void assertFitForALog(Result<?> parsed) {
        Failure failure = ((Result.Refused<?>) parsed).failure();
        assertThat(failure.message()).isNotBlank().hasSizeLessThan(MAX_MESSAGE_LENGTH);
        assertThat(failure.message().codePoints().filter(Character::isISOControl))
                .isEmpty();
        assertThat(failure.message()).doesNotContain(Samples.KEY);
        assertThat(failure.closeReason().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(123);
    }
}
