package io.sluice.e2e.bench;

import io.sluice.e2e.harness.JvmFacts;
import io.sluice.e2e.harness.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a further live stream holds in the gateway, without its FFmpeg: the heap after a collection, and the direct
 * memory, with many streams less those with few.
 *
 * <p>Arguments: the few, and the many.
 */
final class MemoryPerStream {

    private static final int RAMP_SECONDS = 12;
    private static final int SETTLED_SECONDS = RAMP_SECONDS + 8;
    private static final double KIB = 1_024;

    private final Bench bench;

    private MemoryPerStream(Bench bench) {
        this.bench = bench;
    }

    private record Kib(double heap, double direct) {}

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        MemoryPerStream memory = new MemoryPerStream(Bench.here(JvmFacts.COUNTING));
        int few = Integer.parseInt(arguments[0]);
        int many = Integer.parseInt(arguments[1]);
        Kib before = memory.with(few);
        Kib after = memory.with(many);
        double streams = many - few;
        System.out.printf(
                Locale.ROOT,
                "a further live stream: heap %.1f KiB, direct %.1f KiB (%d to %d streams)%n",
                (after.heap() - before.heap()) / streams,
                (after.direct() - before.direct()) / streams,
                few,
                many);
    }

    private Kib with(int streams) throws IOException {
        int port = Ports.free();
        List<String> command = Contender.SLUICE.command(bench, port);
        Path log = bench.folder().resolve("memory.log");
        try (Contender.Running running = Contender.start(command, port, log, Map.of("BENCH_REPORT", "9"))) {
            Process load = load(port, streams);
            try (BufferedReader lines = load.inputReader()) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    if (line.startsWith(SETTLED_SECONDS + " ")) {
                        if (!line.startsWith(SETTLED_SECONDS + " " + streams + " ")) {
                            throw new AssertionError("not all of " + streams + " streams are live: " + line);
                        }
                        return look(new JvmFacts(running.process().pid()));
                    }
                }
            } finally {
                load.destroy();
            }
        }
        throw new AssertionError("the load ended early; see " + log);
    }

    private static Kib look(JvmFacts jvm) {
        jvm.collectGarbage();
        return new Kib(jvm.heapBytes() / KIB, jvm.directBytes() / KIB);
    }

    private Process load(int port, int streams) throws IOException {
        return bench.load(
                port,
                List.of(
                        "-o",
                        "-n",
                        Integer.toString(streams),
                        "-m",
                        "10000",
                        "-r",
                        "40000",
                        "-R",
                        Integer.toString(RAMP_SECONDS * 1_000),
                        "-t",
                        Integer.toString(SETTLED_SECONDS + 20)));
    }
}
