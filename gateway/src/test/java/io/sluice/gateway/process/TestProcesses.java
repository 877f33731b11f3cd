package io.sluice.gateway.process;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** Starts real programs for a test, on the test's own event loop, and records their output. */
final class TestProcesses implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(10);
    static final ShutdownLadder LADDER = new ShutdownLadder(
            Duration.ofMillis(200), Duration.ofMillis(200), Duration.ofMillis(200), Duration.ofSeconds(5));

    final AtomicLong skipped = new AtomicLong();
    private final EventLoopGroup group;
    private final ProcessLauncher launcher;
    final EventLoop loop;
    final List<String> stdout = Collections.synchronizedList(new ArrayList<>());
    final List<String> stderr = Collections.synchronizedList(new ArrayList<>());

    TestProcesses(IoHandlerFactory transport) {
        group = new MultiThreadIoEventLoopGroup(1, transport);
        loop = group.next();
        launcher = ProcessLauncher.create(1_000);
    }

    ChildProcess start(String... command) {
        return await(launch(command));
    }

    static <T> T await(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE), "completed without a value");
    }

    ChildProcess sh(String script) {
        return start("/bin/sh", "-c", script);
    }

    Mono<ChildProcess> launch(String... command) {
        ProcessOutput output = new ProcessOutput() {
            @Override
            public void onStdout(String line) {
                stdout.add(line);
            }

            @Override
            public void onStderr(String line) {
                stderr.add(line);
            }

            @Override
            public void onSkipped(long bytes) {
                skipped.addAndGet(bytes);
            }
        };
        return launch(output, command);
    }

    Mono<ChildProcess> launch(ProcessOutput output, String... command) {
        ProcessSpec spec = new ProcessSpec(List.of(command), Map.of("PATH", "/usr/bin:/bin"), Path.of("/"));
        return launcher.launch(() -> spec, loop, output);
    }

    ProcessLauncher launcher() {
        return launcher;
    }

    ProcessExit exitOf(ChildProcess child) {
        return await(child.exit());
    }

    /** Runs on the event loop and waits for it. */
    void onLoop(Runnable task) {
        Sinks.Empty<Void> done = Sinks.empty();
        loop.execute(() -> {
            try {
                task.run();
                done.tryEmitEmpty();
            } catch (RuntimeException | AssertionError e) {
                done.tryEmitError(e);
            }
        });
        done.asMono().block(PATIENCE);
    }

    @Override
    public void close() {
        launcher.dispose();
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
