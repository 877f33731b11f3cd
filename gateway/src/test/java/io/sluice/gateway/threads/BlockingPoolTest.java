package io.sluice.gateway.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BlockingPoolTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Test
    void aTaskThatHangsHoldsNoOtherUpAndTooManyAreRejected() throws Exception {
        CountDownLatch hang = new CountDownLatch(1);
        BlockingPool pool = new BlockingPool("test-pool", 2, 2);
        CompletableFuture<Boolean> hanging =
                pool.call(() -> hang.await(40, TimeUnit.SECONDS)).toFuture();
        for (int i = 0; i < 10; i++) {
            assertThat(pool.call(() -> "done").block(PATIENCE)).isEqualTo("done");
        }
        CountDownLatch running = new CountDownLatch(1);
        CompletableFuture<Boolean> second = pool.call(() -> {
                    running.countDown();
                    return hang.await(40, TimeUnit.SECONDS);
                })
                .toFuture();
        // Until it has a thread, it waits like those that follow.
        assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
        pool.call(() -> 1).subscribe();
        pool.call(() -> 2).subscribe();
        assertThatThrownBy(() -> pool.call(() -> 3).block(PATIENCE)).isInstanceOf(RejectedExecutionException.class);
        hang.countDown();
        assertThat(hanging.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(second.get(20, TimeUnit.SECONDS)).isTrue();
        pool.dispose();
    }

    @Test
    void tasksCanBeDelayed() throws Exception {
        BlockingPool pool = new BlockingPool("test-delays", 1, 2);
        CompletableFuture<String> thread = new CompletableFuture<>();
        pool.scheduler().schedule(() -> thread.complete(Thread.currentThread().getName()), 1, TimeUnit.MILLISECONDS);
        assertThat(thread.get(20, TimeUnit.SECONDS)).startsWith("test-delays");
        pool.dispose();
    }
}
