package io.sluice.gateway.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.admission.StreamLimits;
import io.sluice.protocol.FailureCode;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameRateLimiterTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final FrameRateLimiter limiter = new FrameRateLimiter(new StreamLimits(1, 100, 3, 7, null), 0);

    @ParameterizedTest
    @CsvSource({
        "0, 100, frames",
        "2, 100, frames",
        "8, 100, frames",
        "1, 3, text messages",
        "9, 7, pings and pongs",
        "10, 7, pings and pongs",
    })
    void eachKindHasItsRateAndABurst(int opcode, int perSecond, String name) {
        for (int i = 0; i < 5 * perSecond; i++) {
            assertThat(limiter.count(opcode, 0)).isNull();
        }
        for (int i = 0; i < perSecond; i++) {
            assertThat(limiter.count(opcode, SECOND)).isNull();
        }
        assertThat(limiter.count(opcode, SECOND)).isNotNull().satisfies(failure -> {
            assertThat(failure.code()).isEqualTo(FailureCode.TOO_MANY_MESSAGES);
            assertThat(failure.message()).contains("Too many " + name).contains(perSecond + " per second");
        });
    }

    @Test
    void oneKindLeavesTheOthersTheirs() {
        for (int i = 0; i < 36; i++) {
            limiter.count(FrameHeader.PING, 0);
        }
        assertThat(limiter.count(FrameHeader.PONG, 0)).isNotNull();
        assertThat(limiter.count(FrameHeader.TEXT, 0)).isNull();
        assertThat(limiter.count(FrameHeader.BINARY, 0)).isNull();
    }

    @Test
    void tenThousandSmallMessagesASecondAreFine() {
        FrameRateLimiter usual = new FrameRateLimiter(StreamLimits.defaults(), 0);
        for (long i = 0; i < 600_000; i++) {
            assertThat(usual.count(FrameHeader.BINARY, i * SECOND / 10_000)).isNull();
        }
    }
}
