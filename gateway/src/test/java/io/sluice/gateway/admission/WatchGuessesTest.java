package io.sluice.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.protocol.StreamKey;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class WatchGuessesTest {

    private static final StreamKey KEY = StreamKey.parse("watched").orElseThrow();
    private static final StreamKey OTHER = StreamKey.parse("other").orElseThrow();

    private final InetAddress guesser = address("192.0.2.1");
    private long nowNanos;
    private final WatchGuesses guesses = new WatchGuesses(() -> nowNanos);

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private void miss(InetAddress address, int times) {
        for (int i = 0; i < times; i++) {
            guesses.missed(address);
        }
    }

    @Test
    void afterTooManyMissesNoKeyIsAnsweredUntilTimeHasPassed() {
        miss(guesser, WatchGuesses.BURST - 1);
        assertThat(guesses.allows(guesser, KEY)).isTrue();
        miss(guesser, 1);
        assertThat(guesses.allows(guesser, KEY)).isFalse();
        assertThat(guesses.allows(guesser, null)).isFalse();
        assertThat(guesses.allows(address("192.0.2.2"), KEY)).isTrue();
        assertThat(guesses.refused()).isEqualTo(2);
        nowNanos += Duration.ofMillis(100).toNanos();
        assertThat(guesses.allows(guesser, KEY)).isTrue();
    }

    @Test
    void whoWatchesAlreadyGoesOnBesideAGuesser() {
        guesses.found(guesser, KEY);
        miss(guesser, WatchGuesses.BURST);
        assertThat(guesses.allows(guesser, KEY)).isTrue();
        assertThat(guesses.allows(guesser, OTHER)).isFalse();
    }

    @Test
    void loopbackStandsForManyAndIsLimitedToo() {
        InetAddress loopback = address("127.0.0.1");
        miss(loopback, WatchGuesses.BURST);
        assertThat(guesses.allows(loopback, KEY)).isTrue();
        miss(loopback, WatchGuesses.BURST * WatchGuesses.LOOPBACK_FACTOR);
        assertThat(guesses.allows(loopback, KEY)).isFalse();
        assertThat(guesses.allows(null, KEY)).isFalse();
    }
}
