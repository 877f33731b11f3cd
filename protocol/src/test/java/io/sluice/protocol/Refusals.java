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
        assertThat(failure.closeReason().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(123);
    }

    /**
     * The same, and the key of the samples is not repeated. Input that has it where no key belongs may be quoted with
     * it.
     */
    static void assertSafeForLogsWithoutTheKey(Result<?> parsed) {
        assertSafeForLogs(parsed);
        assertThat(((Result.Refused<?>) parsed).failure().message()).doesNotContain(Samples.KEY);
    }
}
