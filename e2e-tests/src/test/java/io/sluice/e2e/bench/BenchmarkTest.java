package io.sluice.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.e2e.harness.Concurrency.MeasuresAlone;
import org.junit.jupiter.api.Test;

/** The benchmark works, and the gateway has not become several times as expensive as it was. */
@MeasuresAlone
final class BenchmarkTest {

    /** 1.7 on a busy machine, with a JVM that has just started; an accidental copy of each frame makes 3 of it. */
    private static final double MOST_TIMES_THE_FLOOR = 4;

    @Test
    void everyContenderPassesOnEverythingAndTheGatewayCostsAFewTimesTheFloorAtMost() throws Exception {
        Scenario scenario = Scenario.smoke();
        Results results = new Benchmark(Bench.here(), 1).run(scenario, Contender.values());

        assertThat(results.entries()).hasSize(Contender.values().length).allSatisfy(entry -> {
            assertThat(entry.figures().sentMessages()).isPositive();
            assertThat(entry.figures().arrivedMessages())
                    .isEqualTo(entry.figures().sentMessages());
            assertThat(entry.figures().brokenStreams()).isZero();
            assertThat(entry.figures().failedConnections()).isZero();
        });
        double ratio = results.ratios(scenario.name(), Contender.SLUICE, Figures::cpuSecondsPerGb)[0];
        assertThat(ratio).as("processor time, times the floor's").isBetween(0.1, MOST_TIMES_THE_FLOOR);
        assertThat(results.table()).contains("| smoke | floor |", "| smoke | sluice |", "| smoke | blocking |");
    }
}
