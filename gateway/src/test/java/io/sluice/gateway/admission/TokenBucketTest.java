package io.sluice.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    /** {@link System#nanoTime()} may start anywhere and overflow. */
    private static final long START = Long.MAX_VALUE - SECOND;

    private final TokenBucket bucket = new TokenBucket(10, 50, START);

    @Test
    void aBurstPassesAndNothingMore() {
        for (int i = 0; i < 50; i++) {
            assertThat(bucket.take(1, START)).isTrue();
        }
        assertThat(bucket.take(1, START)).isFalse();
    }

    @Test
    void tokensAreRefilledAtTheRateUpToTheCapacity() {
        assertThat(bucket.take(50, START)).isTrue();
        assertThat(bucket.take(10, START + SECOND)).isTrue();
        assertThat(bucket.take(1, START + SECOND)).isFalse();
        assertThat(bucket.isFull(START + 6 * SECOND - 1)).isFalse();
        assertThat(bucket.isFull(START + 6 * SECOND)).isTrue();
        assertThat(bucket.take(51, START + 600 * SECOND)).isFalse();
        assertThat(bucket.take(50, START + 600 * SECOND)).isTrue();
    }

    @Test
    void tokensAreNotTakenPartially() {
        assertThat(bucket.take(40, START)).isTrue();
        assertThat(bucket.take(11, START)).isFalse();
        assertThat(bucket.take(10, START)).isTrue();
    }

    @Test
    void itTellsHowLongUntilThereAreEnoughTokens() {
        assertThat(bucket.nanosUntil(50, START)).isZero();
        bucket.take(50, START);
        assertThat(bucket.nanosUntil(1, START)).isEqualTo(SECOND / 10);
        assertThat(bucket.take(1, START + SECOND / 10 - 1)).isFalse();
        assertThat(bucket.take(1, START + SECOND / 10)).isTrue();
    }

    @Test
    void aClockThatGoesBackAddsNoTokens() {
        bucket.take(50, START);
        assertThat(bucket.take(1, START - 600 * SECOND)).isFalse();
        assertThat(bucket.take(2, START + SECOND / 10)).isFalse();
        assertThat(bucket.take(1, START + SECOND / 10)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1_316, 65_536})
    void aSteadyStreamJustBelowItsRateNeverRunsOut(double pieceBytes) {
        double bytesPerSecond = 12_500_000_000.0;
        TokenBucket fast = new TokenBucket(bytesPerSecond, 1_048_576, 0);
        double nanosPerPiece = pieceBytes / bytesPerSecond * SECOND * 1.001;
        for (int i = 0; i < 1_000_000; i++) {
            assertThat(fast.take(pieceBytes, (long) (i * nanosPerPiece))).isTrue();
        }
    }
}
