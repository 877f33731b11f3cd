package io.sluice.e2e.bench;

import io.sluice.e2e.harness.ProcFacts;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Who does the work: each takes WebSockets and writes what comes to a program's standard input. */
enum Contender {
    /** Bare epoll in C: what is physically needed. */
    FLOOR {
        @Override
        List<String> command(Bench bench, int port) {
            return List.of(
                    bench.instruments().floor().toString(),
                    Integer.toString(port),
                    bench.instruments().sink().toString());
        }
    },

    /** The jar, as an operator starts it. */
    SLUICE {
        @Override
        List<String> command(Bench bench, int port) {
            List<String> command = bench.gateway(port, List.of());
            command.addAll(List.of("--ffmpeg", bench.instruments().sink().toString(), "--ffmpeg-env", "BENCH_*"));
            // The sink publishes nothing, so nobody has to listen there.
            command.addAll(List.of("--publish", "rtmp://127.0.0.1:9/live/{streamKey}"));
            // What is sent as fast as possible must arrive, however late.
            command.addAll(List.of("--max-delay", "0s"));
            command.addAll(bench.gatewayOptions());
            return command;
        }

        /** Its clients negotiate, and are told once a second how their stream is doing. */
        @Override
        List<String> loadOptions() {
            return List.of("-o");
        }
    },

    /** A thread and a process for each connection, with the JDK's streams. */
    BLOCKING {
        @Override
        List<String> command(Bench bench, int port) {
            return List.of(
                    bench.java().toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    BlockingGateway.class.getName(),
                    Integer.toString(port),
                    bench.instruments().sink().toString());
        }
    };

    private static final int START_LIMIT_SECONDS = 30;
    private static final int STOP_LIMIT_SECONDS = 30;

    abstract List<String> command(Bench bench, int port);

    List<String> loadOptions() {
        return List.of();
    }

    /** One that runs, and listens. */
    record Running(Process process, int port) implements AutoCloseable {

        ProcFacts facts() {
            return new ProcFacts(process.pid());
        }

        @Override
        public void close() {
            process.destroy();
            try {
                if (!process.waitFor(STOP_LIMIT_SECONDS, TimeUnit.SECONDS)) {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted", e);
            }
        }
    }

    Running start(Bench bench, int port, Map<String, String> environment) {
        Path log = bench.folder().resolve(name().toLowerCase(Locale.ROOT) + ".log");
        return start(command(bench, port), port, log, environment);
    }

    /** Any server; returns when it listens. */
    static Running start(List<String> command, int port, Path log, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(log.toFile())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            Running running = new Running(builder.start(), port);
            awaitListening(running, log);
            return running;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitListening(Running running, Path log) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
        while (System.nanoTime() < deadline && running.process().isAlive()) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), running.port()).close();
                return;
            } catch (IOException e) {
                pause();
            }
        }
        running.close();
        throw new AssertionError("the server does not listen; see " + log);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
