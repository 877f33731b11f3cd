package io.sluice.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Time passes as the test says. */
class StreamTimersTest {

    private final EmbeddedChannel clock = new EmbeddedChannel();
    private final AtomicInteger inspections = new AtomicInteger();
    private final AtomicInteger reports = new AtomicInteger();

    @BeforeEach
    void freeze() {
        clock.freezeTime();
    }

    @AfterEach
    void close() {
        clock.close();
    }

    private StreamTimers start(Duration reportInterval) {
        StreamTimers timers = new StreamTimers(clock.eventLoop());
        timers.start(inspections::incrementAndGet, reportInterval, reports::incrementAndGet);
        return timers;
    }

    private void pass(Duration time) {
        clock.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        clock.runScheduledPendingTasks();
    }

    @ParameterizedTest
    @CsvSource({"100, 100", "250, 40", "1000, 10", "3000, 3", "10000, 1"})
    void reportsComeInTheClientsIntervalAndInspectionsEverySecond(int intervalMs, int expected) {
        start(Duration.ofMillis(intervalMs));
        pass(Duration.ofSeconds(10));
        assertThat(reports).hasValue(expected);
        assertThat(inspections).hasValue(10);
    }

    @Test
    void theFirstReportComesAfterOneIntervalOrEarlierByAFractionOfASecond() {
        start(Duration.ofMillis(250));
        pass(Duration.ofMillis(199));
        assertThat(reports).hasValue(0);
        pass(Duration.ofMillis(51));
        assertThat(reports).hasValue(1);
    }

    @Test
    void reportsOfAllStreamsComeTogether() {
        pass(Duration.ofMillis(13));
        start(Duration.ofMillis(250));
        for (int millis = 0; millis < 250 && reports.get() == 0; millis++) {
            pass(Duration.ofMillis(1));
        }
        assertThat(reports).hasValue(1);
        assertThat(clock.eventLoop().ticker().nanoTime() % Duration.ofMillis(50).toNanos())
                .isLessThan(Duration.ofMillis(1).toNanos());
    }

    @Test
    void nothingComesAfterTheCancellation() {
        StreamTimers timers = start(Duration.ofMillis(100));
        AtomicInteger late = new AtomicInteger();
        timers.after(Duration.ofSeconds(2), late::incrementAndGet);
        pass(Duration.ofMillis(100));
        timers.cancel();
        pass(Duration.ofSeconds(10));
        assertThat(reports).hasValue(1);
        assertThat(inspections).hasValue(0);
        assertThat(late).hasValue(0);
    }
}
