package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.delivery.OutputRules;
import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamQuotaTest {

    private static final Instant NOON = Instant.parse("2026-06-21T12:00:00Z");
    private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

    private static SessionLimits limits(@Nullable Duration longest) {
        return new SessionLimits(
                new SessionLimits.Timeouts(
                        Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, longest),
                new SessionLimits.Rates(1, 2_000_000, 1, 1, 1),
                SessionLimits.Buffers.defaults(),
                OutputRules.defaults(),
                Duration.ZERO);
    }

    private static StreamQuota of(long bitsPerSecond, @Nullable Instant expiresAt, @Nullable Duration longest) {
        return new StreamQuota(limits(longest), bitsPerSecond, expiresAt, 0);
    }

    /** Sends ten pieces a second until it is too much, or for ten minutes. */
    private static Optional<Duration> untilTooMuch(StreamQuota quota, long bitsPerSecond) {
        int piece = (int) (bitsPerSecond / 80);
        for (int tenth = 1; tenth <= 6_000; tenth++) {
            if (quota.onMedia(piece, 100L * tenth * MILLISECOND) != null) {
                return Optional.of(Duration.ofMillis(tenth * 100L));
            }
        }
        return Optional.empty();
    }

    @ParameterizedTest
    @CsvSource({
        "1000000, 900000, PT0S",
        "1000000, 1250000, PT0S",
        // 16 Mbit may come at once; what is above 1.25 Mbit/s eats them up.
        "1000000, 1500000, PT64S",
        "1000000, 3250000, PT8S",
        "1000000, 17250000, PT1S",
        "4000000, 4900000, PT0S",
    })
    void aQuarterMoreThanToldPassesForEverAndWhatIsAboveItForAWhile(long told, long sent, Duration passes) {
        Optional<Duration> end = untilTooMuch(of(told, null, null), sent);
        if (passes.isZero()) {
            assertThat(end).isEmpty();
        } else {
            assertThat(end)
                    .hasValueSatisfying(
                            at -> assertThat(at).isBetween(passes.minusMillis(600), passes.plusMillis(200)));
        }
    }

    @Test
    void aBurstMayComeAtOnceAndAgainWhenItsTimeHasPassed() {
        StreamQuota quota = of(1_000_000, null, null);
        assertThat(quota.onMedia(2_000_000, 0)).isNull();
        assertThat(quota.onMedia(2_000_000, 12_801 * MILLISECOND)).isNull();
        assertThat(quota.onMedia(1_000, 12_802 * MILLISECOND)).isNotNull();
    }

    @Test
    void theVerdictSaysWhatCameAndWhatIsAllowed() {
        StreamQuota quota = of(8_000_000, null, null);
        quota.onMedia(1_000_000, 3_000 * MILLISECOND);
        Failure failure = Objects.requireNonNull(quota.onMedia(1_900_000, 3_500 * MILLISECOND));
        assertThat(failure.code()).isEqualTo(FailureCode.BIT_RATE_EXCEEDED);
        assertThat(failure.message())
                .isEqualTo("46.4 Mbit/s arrived for 0.5 s; the limit is 10.0 Mbit/s and a burst of 2.0 MB:"
                        + " choose a lower bit rate.");
    }

    @Test
    void timeIsUpWhenThePermissionEndsOrTheStreamHasBeenLiveForLongEnough() {
        StreamQuota expiring = of(1, NOON.plusSeconds(10), Duration.ofHours(12));
        assertThat(expiring.check(0, NOON.plusSeconds(9))).isEmpty();
        assertThat(expiring.check(0, NOON.plusSeconds(10)))
                .map(Failure::code)
                .contains(FailureCode.AUTHORIZATION_EXPIRED);

        StreamQuota bounded = of(1, null, Duration.ofHours(12));
        long twelveHours = Duration.ofHours(12).toNanos();
        assertThat(bounded.check(twelveHours - 1, NOON)).isEmpty();
        assertThat(bounded.check(twelveHours, NOON)).map(Failure::code).contains(FailureCode.DURATION_EXCEEDED);

        assertThat(of(1, null, null).check(Long.MAX_VALUE, NOON)).isEmpty();
    }
}
