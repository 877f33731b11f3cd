package io.sluice.e2e.bench;

import io.sluice.e2e.harness.Ports;
import io.sluice.e2e.harness.ProcFacts;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One contender under one load, with a fresh process of each. */
final class Trial {

    private static final int SINKS_LIMIT_SECONDS = 10;
    private static final double GB = 1e9;

    private final Bench bench;
    private final Contender contender;
    private final Scenario scenario;

    Trial(Bench bench, Contender contender, Scenario scenario) {
        this.bench = bench;
        this.contender = contender;
        this.scenario = scenario;
    }

    /** The server at the end of a second of the load. */
    private record Look(long sentBytes, Duration processor, long residentKib, long threads, long descriptors) {

        static Look at(ProcFacts facts, long sentBytes) {
            return new Look(
                    sentBytes,
                    facts.processorTime(),
                    facts.residentBytes() / 1024,
                    facts.threads(),
                    facts.descriptors());
        }
    }

    Figures run() throws IOException, InterruptedException {
        try (SinkReports reports = new SinkReports()) {
            Map<String, String> environment = Map.of(
                    "BENCH_REPORT",
                    Integer.toString(reports.port()),
                    "BENCH_SKIP_MS",
                    Integer.toString(scenario.skipSeconds() * 1_000));
            try (Contender.Running server = contender.start(bench, Ports.free(), environment)) {
                return measure(server, reports);
            }
        }
    }

    private Figures measure(Contender.Running server, SinkReports reports) throws IOException, InterruptedException {
        List<Process> beside = new ArrayList<>();
        for (List<String> other : scenario.beside()) {
            beside.add(load(server.port(), other));
        }
        List<String> arguments = new ArrayList<>(scenario.load());
        arguments.addAll(List.of("-t", Integer.toString(scenario.seconds())));
        Process load = load(server.port(), arguments);
        Look first = null;
        Look last = null;
        String[] end = null;
        try (BufferedReader lines = load.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", -1);
                if (words[0].equals("end")) {
                    end = words;
                } else if (Integer.parseInt(words[0]) == scenario.skipSeconds()) {
                    first = Look.at(server.facts(), Long.parseLong(words[2]));
                } else if (Integer.parseInt(words[0]) == scenario.seconds() - 1) {
                    last = Look.at(server.facts(), Long.parseLong(words[2]));
                }
            }
        }
        if (first == null || last == null || end == null) {
            throw new AssertionError("the load generator ended early in " + scenario.name() + " with " + contender);
        }
        long sent = Long.parseLong(end[2]);
        for (Process other : beside) {
            sent += sentBy(other);
        }
        return figures(first, last, sent, end, awaitAll(reports, sent));
    }

    /** All that a load has sent; waits for its end. */
    private static long sentBy(Process load) throws IOException {
        try (BufferedReader lines = load.inputReader()) {
            return lines.lines()
                    .map(line -> line.split(" ", -1))
                    .filter(words -> words[0].equals("end"))
                    .mapToLong(words -> Long.parseLong(words[2]))
                    .sum();
        }
    }

    private static Figures figures(Look first, Look last, long sent, String[] end, SinkReports.Sum sinks) {
        long bytes = last.sentBytes() - first.sentBytes();
        double cpu = last.processor().minus(first.processor()).toMillis() / 1e3;
        return new Figures(
                bytes,
                cpu,
                bytes == 0 ? Double.NaN : cpu / (bytes / GB),
                sinks.delays().quantileMicros(0.5),
                sinks.delays().quantileMicros(0.99),
                sinks.delays().longestMicros(),
                last.residentKib(),
                last.threads(),
                last.descriptors(),
                sent,
                sinks.messages(),
                sinks.broken(),
                Long.parseLong(end[3]),
                Long.parseLong(end[4]));
    }

    private Process load(int port, List<String> arguments) throws IOException {
        List<String> all = new ArrayList<>(contender.loadOptions());
        all.addAll(arguments);
        return bench.load(port, all);
    }

    /** The sinks end when the server has passed on all that was sent. */
    private static SinkReports.Sum awaitAll(SinkReports reports, long sent) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SINKS_LIMIT_SECONDS);
        SinkReports.Sum sum = reports.sum();
        while ((sum.messages() < sent || sum.ended() < sum.sinks()) && System.nanoTime() < deadline) {
            Thread.sleep(50);
            sum = reports.sum();
        }
        return sum;
    }
}
