package io.sluice.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

class AuthorizerReaperTest {

    private static Authorizer counting(AtomicInteger disposals) {
        return new Authorizer() {
            @Override
            public Mono<Authorization> authorize(PublishRequest request) {
                return Mono.just(Authorization.allow());
            }

            @Override
            public void dispose() {
                disposals.incrementAndGet();
            }
        };
    }

    @Test
    void aReplacedAuthorizerIsDisposedOfWhenNoClientCanBeWaitingForIt() {
        VirtualTimeScheduler clock = VirtualTimeScheduler.getOrSet();
        try {
            AuthorizerReaper reaper = new AuthorizerReaper();
            AtomicInteger goneDisposals = new AtomicInteger();
            AtomicInteger recalledDisposals = new AtomicInteger();
            Authorizer gone = counting(goneDisposals);
            Authorizer recalled = counting(recalledDisposals);
            Duration longestWait = Duration.ofSeconds(15);
            reaper.retire(gone, longestWait);
            reaper.retire(recalled, longestWait);
            reaper.recall(recalled);
            clock.advanceTimeBy(longestWait);
            assertThat(goneDisposals).hasValue(0);
            clock.advanceTimeBy(Duration.ofSeconds(5));
            await().atMost(AuthorizerTester.PATIENCE)
                    .untilAsserted(() -> assertThat(goneDisposals).hasValue(1));
            reaper.disposeAll();
            assertThat(goneDisposals).hasValue(1);
            assertThat(recalledDisposals).hasValue(0);
        } finally {
            VirtualTimeScheduler.reset();
        }
    }
}
