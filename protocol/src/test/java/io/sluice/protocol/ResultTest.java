package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ResultTest {

    private static final Failure FAILURE = new Failure(FailureCode.MALFORMED_MESSAGE, "It is broken; fix it.");
    private final Result<Integer> ok = Result.ok(7);
    private final Result<Integer> refused = new Result.Refused<>(FAILURE);

    @Test
    void foldAppliesTheFunctionThatFits() {
        assertThat(ok.<String>fold(value -> "value " + value, Failure::message)).isEqualTo("value 7");
        assertThat(refused.<String>fold(value -> "value " + value, Failure::message))
                .isEqualTo("It is broken; fix it.");
    }

    @Test
    void mapChangesAValueAndLeavesARefusal() {
        assertThat(ok.map(value -> value + 1)).isEqualTo(Result.ok(8));
        assertThat(refused.map(value -> value + 1)).isEqualTo(refused);
    }

    @Test
    void flatMapGoesOnWithAStepThatMayRefuse() {
        assertThat(ok.<String>flatMap(value -> Result.refused(FAILURE.code(), FAILURE.message())))
                .isEqualTo(new Result.Refused<>(FAILURE));
        assertThat(refused.flatMap(value -> Result.ok("never"))).isEqualTo(new Result.Refused<>(FAILURE));
    }

    @Test
    void aRefusalHasNoValue() {
        assertThat(ok.toOptional()).contains(7);
        assertThat(refused.toOptional()).isEmpty();
        assertThat(ok.orElseThrow()).isEqualTo(7);
        assertThatThrownBy(refused::orElseThrow)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("It is broken; fix it.");
    }
}
