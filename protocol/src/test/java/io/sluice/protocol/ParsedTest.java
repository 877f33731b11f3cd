package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ParsedTest {

    private static final Failure FAILURE = new Failure(FailureCode.MALFORMED_MESSAGE, "It is broken; mend it.");
    private final Parsed<Integer> ok = Parsed.ok(7);
    private final Parsed<Integer> refused = new Parsed.Refused<>(FAILURE);

    @Test
    void foldAppliesTheFunctionThatFits() {
        assertThat(ok.<String>fold(value -> "value " + value, Failure::message)).isEqualTo("value 7");
        assertThat(refused.<String>fold(value -> "value " + value, Failure::message))
                .isEqualTo("It is broken; mend it.");
    }

    @Test
    void mapChangesAValueAndLeavesARefusal() {
        assertThat(ok.map(value -> value + 1)).isEqualTo(Parsed.ok(8));
        assertThat(refused.map(value -> value + 1)).isEqualTo(refused);
    }

    @Test
    void flatMapGoesOnWithAStepThatMayRefuse() {
        assertThat(ok.<String>flatMap(value -> Parsed.refused(FAILURE.code(), FAILURE.message())))
                .isEqualTo(new Parsed.Refused<>(FAILURE));
        assertThat(refused.flatMap(value -> Parsed.ok("never"))).isEqualTo(new Parsed.Refused<>(FAILURE));
    }

    @Test
    void aRefusalHasNoValue() {
        assertThat(ok.toOptional()).contains(7);
        assertThat(refused.toOptional()).isEmpty();
        assertThat(ok.orElseThrow()).isEqualTo(7);
        assertThatThrownBy(refused::orElseThrow)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("It is broken; mend it.");
    }
}
