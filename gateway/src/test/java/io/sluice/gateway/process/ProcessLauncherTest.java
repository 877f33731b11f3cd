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

/** The pacing of starts; {@link ChildProcessContract} tests the processes themselves. */
class ProcessLauncherTest {

    private static final long START_NANOS = Duration.ofMillis(10).toNanos();
    private static final ProcessSpec BRIEF = new ProcessSpec(List.of("/bin/true"), Map.of(), Path.of("/"));

    private static final ProcessOutput NO_OUTPUT = new ProcessOutput() {
        @Override
        public void onStdout(String line) {}

        @Override
        public void onStderr(String line) {}
    };

    private final Children children = new Children(NioIoHandler.newFactory());
    private final Map<String, List<Long>> startsByThread = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        children.close();
    }

    @Test
    void starterThreadsPauseBetweenTheStartsOfABurst() {
        List<Mono<ChildProcess>> burst = IntStream.range(0, 4 * ProcessLauncher.START_THREADS)
                .mapToObj(i -> children.launcher().launch(this::slowSpec, children.loop, NO_OUTPUT))
                .toList();
        Children.await(Flux.merge(burst).collectList()).forEach(children::exitOf);

        assertThat(startsByThread.values())
                .anyMatch(starts -> starts.size() > 1)
                .allSatisfy(starts -> {
                    for (int i = 1; i < starts.size(); i++) {
                        assertThat(starts.get(i) - starts.get(i - 1))
                                .isGreaterThanOrEqualTo(START_NANOS * (1 + ProcessLauncher.PAUSE_FACTOR));
                    }
                });
    }

    private ProcessSpec slowSpec() {
        long start = System.nanoTime();
        startsByThread
                .computeIfAbsent(
                        Thread.currentThread().getName(), thread -> Collections.synchronizedList(new ArrayList<>()))
                .add(start);
        while (System.nanoTime() - start < START_NANOS) {
            LockSupport.parkNanos(START_NANOS);
        }
        return BRIEF;
    }
}
