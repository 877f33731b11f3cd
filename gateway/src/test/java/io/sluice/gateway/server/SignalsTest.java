package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SignalsTest {

    /** One that nothing else here knows, and whose default is to be ignored. */
    private static final String SIGNAL = "WINCH";

    @Test
    void eachSignalRunsTheAction() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        assertThat(Signals.on(SIGNAL, () -> heard.add("signal"))).isTrue();

        for (int time = 1; time <= 2; time++) {
            new ProcessBuilder(
                            "kill",
                            "-" + SIGNAL,
                            Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
            assertThat(heard.poll(10, TimeUnit.SECONDS)).as("signal %d", time).isEqualTo("signal");
        }
    }

    @Test
    void aSignalThatTheSystemDoesNotHaveIsNotTaken() {
        assertThat(Signals.on("NOSUCH", () -> {})).isFalse();
    }

    /** The JVM keeps this one to itself. */
    @Test
    void aSignalOfTheJvmsOwnIsNotTaken() {
        assertThat(Signals.on("SEGV", () -> {})).isFalse();
    }
}
