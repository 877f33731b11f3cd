package io.sluice.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class CleanUpTest {

    @Test
    void stepsThatHangOrFailAreNamedAndHoldNobodyUp() {
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger done = new AtomicInteger();
        assertThat(new CleanUp()
                        .step("hangs", () -> await(never))
                        .step("fails", () -> {
                            throw new IllegalStateException("as it should");
                        })
                        .step("works", done::incrementAndGet)
                        .run(Duration.ofMillis(200))
                        .block(Duration.ofSeconds(20)))
                .containsExactlyInAnyOrder("hangs", "fails");
        assertThat(done).hasValue(1);
        never.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(40, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
