package io.sluice.protocol;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/** What holds of every refusal, whatever was refused. */
final class Refusals {

    /** Longer than any of the messages, with the longest quotation of the input that there is. */
    private static final int MAX_MESSAGE_LENGTH = 700;

    private Refusals() {}

    static void assertFitForALog(Parsed<?> parsed) {
        Failure failure = ((Parsed.Refused<?>) parsed).failure();
        assertThat(failure.message()).isNotBlank().hasSizeLessThan(MAX_MESSAGE_LENGTH);
        assertThat(failure.message().codePoints().filter(Character::isISOControl))
                .isEmpty();
        assertThat(failure.closeReason().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(123);
    }

    /** The same, and the key of the samples is not repeated. Input that has it where no key belongs may be quoted with it. */
    static void assertFitForALogWithoutTheKey(Parsed<?> parsed) {
        assertFitForALog(parsed);
        assertThat(((Parsed.Refused<?>) parsed).failure().message()).doesNotContain(Samples.KEY);
    }
}
