package io.sluice.gateway.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** How starts are spread; what holds for the children themselves is {@link ChildProcessContract}'s. */
class ProcessLauncherTest {

    private static final long START_NANOS = Duration.ofMillis(10).toNanos();
    private static final ProcessSpec BRIEF = new ProcessSpec(List.of("/bin/true"), Map.of(), Path.of("/"));

    private static final ProcessOutput UNHEARD = new ProcessOutput() {
        @Override
        public void onStdout(String line) {}

        @Override
        public void onStderr(String line) {}
    };

    private final Children children = new Children(NioIoHandler.newFactory());
    private final Map<String, List<Long>> beganByThread = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        children.close();
    }

    @Test
    void startingThreadsRestBetweenTheStartsOfABurst() {
        List<Mono<ChildProcess>> burst = IntStream.range(0, 4 * ProcessLauncher.START_THREADS)
                .mapToObj(i -> children.launcher().launch(this::slowly, children.loop, UNHEARD))
                .toList();
        Children.await(Flux.merge(burst).collectList()).forEach(children::exitOf);

        assertThat(beganByThread.values()).anyMatch(began -> began.size() > 1).allSatisfy(began -> {
            for (int i = 1; i < began.size(); i++) {
                assertThat(began.get(i) - began.get(i - 1))
                        .isGreaterThanOrEqualTo(START_NANOS * (1 + ProcessLauncher.REST_FACTOR));
            }
        });
    }

    private ProcessSpec slowly() {
        long began = System.nanoTime();
        beganByThread
                .computeIfAbsent(
                        Thread.currentThread().getName(), thread -> Collections.synchronizedList(new ArrayList<>()))
                .add(began);
        while (System.nanoTime() - began < START_NANOS) {
            LockSupport.parkNanos(START_NANOS);
        }
        return BRIEF;
    }
}
