package io.sluice.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StopDeadlineTest {

    @Test
    void aShutdownThatHangsIsEnded() throws InterruptedException {
        CountDownLatch halted = new CountDownLatch(1);
        Thread stopping = new Thread(() -> {
            StopDeadline.start(Duration.ofMillis(100), halted::countDown).waitingFor("something that never comes");
            hold(halted);
        });
        stopping.start();
        assertThat(halted.await(40, TimeUnit.SECONDS)).isTrue();
    }

    private static void hold(CountDownLatch latch) {
        try {
            latch.await(40, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
