package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Time passes as the test says; it starts close to where {@link System#nanoTime()} overflows, because it may. */
class MediaTimeoutTest {

    private static final long START = Long.MAX_VALUE - 1;

    private final MediaTimeout mediaTimeout = new MediaTimeout(
            SessionStage.limits(
                    Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(1)),
            START);

    private Optional<FailureCode> check(long seconds, long waiting) {
        return mediaTimeout.inspect(at(seconds), waiting).map(Failure::code);
    }

    private static long at(long seconds) {
        return START + Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void aStreamThatMovesIsWell() {
        for (int second = 1; second < 100; second++) {
            mediaTimeout.onMedia(at(second));
            assertThat(check(second, 50)).isEmpty();
        }
    }

    @Test
    void aSilentClientIsNoticedOnlyWhenAllItSentIsTaken() {
        mediaTimeout.onMedia(at(1));
        assertThat(check(30, 0)).isEmpty();
        assertThat(check(31, 1)).isEmpty();
        assertThat(check(32, 0)).contains(FailureCode.MEDIA_TIMEOUT);
    }

    @Test
    void theFirstMediaHasAsLongAsOpen() {
        assertThat(check(0, 0)).isEmpty();
        assertThat(check(1, 0)).contains(FailureCode.MEDIA_TIMEOUT);
    }

    @Test
    void theWordsSayHowLong() {
        mediaTimeout.onMedia(at(0));
        assertThat(mediaTimeout.inspect(at(30), 0))
                .map(Failure::message)
                .hasValueSatisfying(words -> assertThat(words).contains("30 s"));
    }
}
