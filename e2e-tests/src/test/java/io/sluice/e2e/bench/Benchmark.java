package io.sluice.e2e.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Measures the gateway beside {@linkplain Contender others}, in turn within each round, so that all of them see the
 * same machine.
 *
 * <p>Arguments: the number of rounds, then names of scenarios; without names, all. Writes {@code results.json},
 * {@code results.md} and {@code results.png} into {@code target/bench}.
 */
final class Benchmark {

    private static final int ROUNDS = 5;

    private final Bench bench;
    private final int rounds;
    private final Results results = new Results();

    Benchmark(Bench bench, int rounds) {
        this.bench = bench;
        this.rounds = rounds;
    }

    /** Runs it. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Bench bench = Bench.here();
        int rounds = arguments.length == 0 ? ROUNDS : Integer.parseInt(arguments[0]);
        List<String> wanted = Arrays.asList(arguments).subList(Math.min(1, arguments.length), arguments.length);
        Benchmark benchmark = new Benchmark(bench, rounds);
        for (Scenario scenario : scenarios()) {
            if (wanted.isEmpty() || wanted.contains(scenario.name())) {
                benchmark.run(scenario, Contender.values());
            }
        }
        benchmark.write();
    }

    static List<Scenario> scenarios() {
        return List.of(
                Scenario.flatOut(),
                Scenario.steady(1),
                Scenario.steady(50),
                Scenario.steady(200),
                Scenario.steady(1_000),
                Scenario.idle(1_000),
                Scenario.tiny(),
                Scenario.large(),
                Scenario.startsBesideLive(),
                Scenario.endsBesideLive(),
                Scenario.stalled());
    }

    Results run(Scenario scenario, Contender... contenders) throws IOException, InterruptedException {
        for (int round = 1; round <= rounds; round++) {
            for (Contender contender : contenders) {
                Figures figures = new Trial(bench, contender, scenario).run();
                results.add(scenario.name(), round, contender, figures);
                System.out.println(scenario.name() + " " + round + " " + contender + " " + figures);
            }
        }
        return results;
    }

    private void write() throws IOException {
        results.writeJson(bench.folder().resolve("results.json"), machine());
        String table = results.table();
        Files.writeString(bench.folder().resolve("results.md"), table);
        Plot.draw(results, bench.folder().resolve("results.png"));
        System.out.println(table);
    }

    private static Map<String, Object> machine() throws IOException {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("at", Instant.now().toString());
        machine.put("processors", Runtime.getRuntime().availableProcessors());
        machine.put("processor", firstOf("/proc/cpuinfo", "model name"));
        machine.put("memory", firstOf("/proc/meminfo", "MemTotal"));
        machine.put(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        machine.put("java", System.getProperty("java.runtime.version"));
        return machine;
    }

    private static String firstOf(String file, String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        }
    }
}
