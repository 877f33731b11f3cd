package io.sluice.e2e.bench;

import io.sluice.e2e.harness.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a megabyte of media leaves behind for the garbage collector, in the steady state of many streams: what the event
 * loops allocate, by the JVM's own count.
 *
 * <p>Arguments: how many streams.
 */
final class Garbage {

    private static final int WARM_SECONDS = 40;
    private static final int MEASURED_SECONDS = 20;
    private static final String LOOPS = "sluice-loop";
    private static final double KIB = 1_024;
    private static final double MB = 1e6;

    private final Bench bench;
    private final int streams;

    private Garbage(Bench bench, int streams) {
        this.bench = bench;
        this.streams = streams;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws Exception {
        Garbage garbage = new Garbage(Bench.here(), Integer.parseInt(arguments[0]));
        System.out.printf(
                Locale.ROOT,
                "garbage of a MB of media, %d streams of 2.5 Mbit/s: %.1f KiB;"
                        + " told nothing and telling nothing: %.1f KiB%n",
                garbage.streams,
                garbage.kibPerMegabyte("-o"),
                garbage.kibPerMegabyte());
    }

    private double kibPerMegabyte(String... loadOptions) throws IOException {
        int port = Ports.free();
        Path log = bench.folder().resolve("garbage.log");
        List<String> command = Contender.SLUICE.command(bench, port);
        try (Contender.Running running = Contender.start(command, port, log, Map.of("BENCH_REPORT", "9"));
                Allocations allocations = Allocations.of(running.process().pid())) {
            Process load = bench.load(
                    port, Scenario.steady(streams).loadFor(WARM_SECONDS + MEASURED_SECONDS + 5, loadOptions));
            try (BufferedReader lines = load.inputReader()) {
                long allocated = 0;
                long sent = 0;
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] words = line.split(" ", -1);
                    if (words[0].equals(Integer.toString(WARM_SECONDS))) {
                        allocated = allocations.bytes(LOOPS);
                        sent = Long.parseLong(words[2]);
                    } else if (words[0].equals(Integer.toString(WARM_SECONDS + MEASURED_SECONDS))) {
                        double kib = (allocations.bytes(LOOPS) - allocated) / KIB;
                        return kib / ((Long.parseLong(words[2]) - sent) / MB);
                    }
                }
            } finally {
                load.destroy();
            }
        }
        throw new AssertionError("the load ended early; see " + log);
    }
}
