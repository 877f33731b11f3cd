package io.sluice.e2e.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Every trial's figures, and what they come to. */
final class Results {

    /** One trial. */
    record Entry(String scenario, int round, Contender contender, Figures figures) {}

    private final List<Entry> entries = new ArrayList<>();

    void add(String scenario, int round, Contender contender, Figures figures) {
        entries.add(new Entry(scenario, round, contender, figures));
    }

    List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** Their names, in the order in which they were run. */
    List<String> scenarios() {
        return entries.stream().map(Entry::scenario).distinct().toList();
    }

    /** One figure of one contender over all rounds. */
    double[] of(String scenario, Contender contender, ToDoubleFunction<Figures> figure) {
        return entries.stream()
                .filter(e -> e.scenario().equals(scenario) && e.contender() == contender)
                .mapToDouble(e -> figure.applyAsDouble(e.figures()))
                .sorted()
                .toArray();
    }

    /**
     * How many times as much as the floor, round by round: what disturbs the machine disturbs both trials of a round
     * alike, as nearly as can be had.
     */
    double[] ratios(String scenario, Contender contender, ToDoubleFunction<Figures> figure) {
        Map<Integer, Map<Contender, Double>> rounds = new LinkedHashMap<>();
        for (Entry e : entries) {
            if (e.scenario().equals(scenario)) {
                rounds.computeIfAbsent(e.round(), round -> new EnumMap<>(Contender.class))
                        .put(e.contender(), figure.applyAsDouble(e.figures()));
            }
        }
        return rounds.values().stream()
                .filter(round -> round.containsKey(contender) && round.containsKey(Contender.FLOOR))
                .mapToDouble(round -> round.get(contender) / round.get(Contender.FLOOR))
                .sorted()
                .toArray();
    }

    static double median(double[] sorted) {
        return sorted.length == 0 ? Double.NaN : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Everything, for whoever wants to count otherwise. */
    void writeJson(Path file, Map<String, Object> machine) throws IOException {
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(file.toFile(), Map.of("machine", machine, "trials", entries));
    }

    /** A table in Markdown: medians, and from the least to the greatest in parentheses. */
    String table() {
        StringBuilder table = new StringBuilder("""
                | scenario | contender | CPU s/GB | × floor | p50 ms | p99 ms | × floor | max ms | resident MiB | \
                threads | descriptors | lost |
                |---|---|---|---|---|---|---|---|---|---|---|---|
                """);
        scenarios().forEach(scenario -> {
            for (Contender contender : Contender.values()) {
                if (of(scenario, contender, Figures::cpuSeconds).length > 0) {
                    table.append(row(scenario, contender));
                }
            }
        });
        return table.toString();
    }

    private String row(String scenario, Contender contender) {
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %s | %s | %s | %s | %.0f | %.0f | %.0f | %.0f |%n",
                scenario,
                contender.name().toLowerCase(Locale.ROOT),
                spread(of(scenario, contender, Figures::cpuSecondsPerGb)),
                spread(ratios(scenario, contender, Figures::cpuSecondsPerGb)),
                spread(of(scenario, contender, f -> f.p50Micros() / 1e3)),
                spread(of(scenario, contender, f -> f.p99Micros() / 1e3)),
                spread(ratios(scenario, contender, f -> (double) f.p99Micros())),
                spread(of(scenario, contender, f -> f.maxMicros() / 1e3)),
                median(of(scenario, contender, f -> f.residentKib() / 1024.0)),
                median(of(scenario, contender, Figures::threads)),
                median(of(scenario, contender, Figures::descriptors)),
                median(of(scenario, contender, f -> (double) f.sentMessages() - f.arrivedMessages())));
    }

    private static String spread(double[] sorted) {
        if (sorted.length == 0 || Arrays.stream(sorted).anyMatch(Double::isNaN)) {
            return "–";
        }
        double greatest = sorted[sorted.length - 1];
        return sorted.length == 1
                ? String.format(Locale.ROOT, "%.2f", greatest)
                : String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median(sorted), sorted[0], greatest);
    }
}
