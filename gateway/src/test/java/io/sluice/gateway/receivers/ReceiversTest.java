package io.sluice.gateway.receivers;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.output.Output.RtmpOutput;
import io.sluice.gateway.output.RtmpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

/** Servers that go and come back, on virtual time and with a probe that the test answers. */
class ReceiversTest {

    private static final RtmpOutput OUTPUT = new RtmpOutput("rtmp://one.example/live/key", false);
    private static final RtmpOutput SAME_SERVER = new RtmpOutput("rtmp://ONE.example:1935/other/key", false);
    private static final RtmpOutput OTHER_SERVER = new RtmpOutput("rtmps://one.example/live/key", false);
    private static final Duration PROBE = Duration.ofMillis(100);

    private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    private final List<Long> probes = new ArrayList<>();
    private final AtomicInteger probing = new AtomicInteger();
    private final AtomicInteger released = new AtomicInteger();
    private boolean alive;
    private final Receivers receivers =
            new Receivers(this::probe, server -> server.port() == 9_999, () -> {}, time, new Random(1));

    private Mono<Boolean> probe(RtmpServer server) {
        return Mono.defer(() -> {
            assertThat(probing.incrementAndGet()).isEqualTo(1);
            probes.add(nowMs());
            return Mono.delay(PROBE, time).map(tick -> alive).doFinally(signal -> probing.decrementAndGet());
        });
    }

    private long nowMs() {
        return time.now(TimeUnit.MILLISECONDS);
    }

    private Disposable await(RtmpOutput output) {
        return receivers.whenAvailable(output).subscribe(ignored -> {}, error -> {}, released::incrementAndGet);
    }

    @AfterEach
    void close() {
        receivers.close();
        time.dispose();
    }

    @Test
    void nobodyWaitsForAServerThatIsNotKnownToBeAway() {
        await(OUTPUT);
        assertThat(released).hasValue(1);
        receivers.down(OUTPUT);
        await(OTHER_SERVER);
        assertThat(released).hasValue(2);
        await(SAME_SERVER);
        assertThat(released).hasValue(2);
    }

    @Test
    void twoHundredRunsShareOneProbeAndAllStartSoonAfterTheServerIsBack() {
        for (int i = 0; i < 200; i++) {
            receivers.down(OUTPUT);
            await(i % 2 == 0 ? OUTPUT : SAME_SERVER);
        }
        time.advanceTimeBy(Duration.ofSeconds(60));
        assertThat(released).hasValue(0);
        assertThat(probes.get(0)).isBetween(200L, 300L);
        List<Long> pauses = IntStream.range(1, probes.size())
                .mapToObj(i -> probes.get(i) - probes.get(i - 1) - PROBE.toMillis())
                .toList();
        assertThat(pauses.subList(3, pauses.size()))
                .allSatisfy(pause -> assertThat(pause).isBetween(1_300L, 2_000L));
        assertThat(pauses).allSatisfy(pause -> assertThat(pause).isGreaterThanOrEqualTo(400));

        alive = true;
        int before = probes.size();
        List<Integer> perHalfSecond = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            int already = released.get();
            time.advanceTimeBy(Duration.ofMillis(500));
            perHalfSecond.add(released.get() - already);
        }
        // Two seconds to the next probe, two of spread, and the probe itself.
        assertThat(released).hasValue(200);
        assertThat(probes).hasSize(before + 1);
        assertThat(perHalfSecond).allSatisfy(count -> assertThat(count).isLessThan(90));
        assertThat(receivers.size()).isZero();
        time.advanceTimeBy(Duration.ofMinutes(1));
        assertThat(probes).hasSize(before + 1);
    }

    @Test
    void oneRunStartsAtOnceWhenItsServerIsBack() {
        receivers.down(OUTPUT);
        await(OUTPUT);
        time.advanceTimeBy(Duration.ofSeconds(30));
        alive = true;
        time.advanceTimeBy(Duration.ofMillis(2_111));
        assertThat(released).hasValue(1);
    }

    @Test
    void aRunThatGoesLiveReleasesTheOthers() {
        receivers.down(OUTPUT);
        await(OUTPUT);
        await(OUTPUT);
        time.advanceTimeBy(Duration.ofSeconds(5));
        receivers.up(SAME_SERVER);
        time.advanceTimeBy(Duration.ofMillis(20));
        assertThat(released).hasValue(2);
        assertThat(receivers.size()).isZero();
    }

    @Test
    void whoHasNotHadHisTurnWaitsAgainWhenTheServerGoesAgain() {
        receivers.down(OUTPUT);
        IntStream.range(0, 200).forEach(i -> await(OUTPUT));
        alive = true;
        while (released.get() == 0) {
            time.advanceTimeBy(Duration.ofMillis(10));
        }
        alive = false;
        receivers.down(OUTPUT);
        int already = released.get();
        time.advanceTimeBy(Duration.ofSeconds(30));
        assertThat(released).hasValue(already);
        alive = true;
        time.advanceTimeBy(Duration.ofSeconds(5));
        assertThat(released).hasValue(200);
    }

    @Test
    void whoCancelsIsForgottenAndSoIsAServerForWhichNobodyWaits() {
        receivers.down(OUTPUT);
        List<Disposable> all =
                IntStream.range(0, 50).mapToObj(i -> await(OUTPUT)).toList();
        time.advanceTimeBy(Duration.ofSeconds(10));
        all.forEach(Disposable::dispose);
        int before = probes.size();
        time.advanceTimeBy(Duration.ofSeconds(10));
        assertThat(probes.size()).isLessThanOrEqualTo(before + 1);
        assertThat(receivers.size()).isZero();
        assertThat(released).hasValue(0);

        receivers.down(OUTPUT);
        List<Disposable> turns =
                IntStream.range(0, 50).mapToObj(i -> await(OUTPUT)).toList();
        alive = true;
        time.advanceTimeBy(Duration.ofMillis(450));
        turns.forEach(Disposable::dispose);
        int already = released.get();
        time.advanceTimeBy(Duration.ofSeconds(10));
        assertThat(released).hasValue(already);
        assertThat(receivers.size()).isZero();
    }

    @Test
    void nothingIsSignalledAfterTheEnd() {
        receivers.down(OUTPUT);
        await(OUTPUT);
        receivers.close();
        await(OUTPUT);
        await(OTHER_SERVER);
        receivers.down(OTHER_SERVER);
        receivers.up(OUTPUT);
        alive = true;
        time.advanceTimeBy(Duration.ofMinutes(1));
        assertThat(released).hasValue(0);
        assertThat(probes).isEmpty();
        assertThat(receivers.size()).isZero();
    }

    @Test
    void aServerBehindAProxyIsNotProbed() {
        RtmpOutput proxied = new RtmpOutput("rtmps://one.example:9999/live/key", false);
        receivers.down(proxied);
        await(proxied);
        assertThat(released).hasValue(1);
        assertThat(receivers.size()).isZero();
    }

    /** All calls from several threads at the same time, on real time. */
    @Test
    void everybodyIsReleasedOrCancelledAndNothingIsKept() throws InterruptedException {
        AtomicInteger done = new AtomicInteger();
        AtomicInteger cancelled = new AtomicInteger();
        Random answers = new Random(7);
        try (Receivers shared = new Receivers(
                server -> Mono.fromCallable(answers::nextBoolean),
                server -> false,
                () -> {},
                Schedulers.parallel(),
                new Random(1))) {
            ExecutorService threads = Executors.newFixedThreadPool(4);
            for (int t = 0; t < 4; t++) {
                Random random = new Random(t);
                threads.execute(() -> {
                    for (int i = 0; i < 500; i++) {
                        RtmpOutput output = List.of(OUTPUT, OTHER_SERVER).get(random.nextInt(2));
                        shared.down(output);
                        Disposable waiting = shared.whenAvailable(output)
                                .doOnCancel(cancelled::incrementAndGet)
                                .subscribe(ignored -> {}, error -> {}, done::incrementAndGet);
                        if (random.nextInt(3) == 0) {
                            waiting.dispose();
                        }
                        if (random.nextInt(20) == 0) {
                            shared.up(output);
                        }
                    }
                });
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(done.get() + cancelled.get()).isEqualTo(2_000);
                assertThat(shared.size()).isZero();
            });
        }
    }
}
