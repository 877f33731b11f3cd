package io.sluice.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** Assertions that apply to every refusal. */
final class Refusals {

    /** Longer than any message with the longest possible quotation of the input. */
    private static final int MAX_MESSAGE_LENGTH = 700;

    private Refusals() {}

    static void assertSafeForLogs(Result<?> result) {
        Failure failure = ((Result.Refused<?>) result).failure();
        assertThat(failure.message()).isNotBlank().hasSizeLessThan(MAX_MESSAGE_LENGTH);
        assertThat(failure.message().codePoints().filter(Character::isISOControl))
                .isEmpty();
        assertThat(failure.message()).doesNotContain(Samples.KEY);
        assertThat(failure.closeReason().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(123);
    }
}
