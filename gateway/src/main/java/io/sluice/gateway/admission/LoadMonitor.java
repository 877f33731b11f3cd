package io.sluice.gateway.admission;

import io.sluice.gateway.admission.CostEstimator.ActiveStream;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Decides whether the host can run another stream: by expected CPU usage, available memory and available descriptors.
 * {@link #sample} is called by one thread, everything else by any.
 */
final class LoadMonitor {

    /** A socket and three pipes, and briefly at the start the pipes' other ends. */
    static final int DESCRIPTORS_PER_STREAM = 7;

    private static final String NOT_ENOUGH_DESCRIPTORS = "not enough file descriptors";

    /**
     * Of the processors: what readiness assumes that another stream costs at most. One expensive stream must not make a
     * gateway seem full that still has room for cheap ones.
     */
    private static final double MAX_AVERAGE_SHARE = 0.25;

    private record Reading(OptionalLong freeBytes, OptionalLong openFiles, OptionalLong maxOpenFiles) {}

    private volatile LoadLimits limits;
    private final HostResources host;
    private final int processors;
    private final CostEstimator costs;
    private final Map<Workload, AtomicInteger> streams = new EnumMap<>(Workload.class);
    /** Streams that started since the last reading, and are therefore not in it. */
    private final AtomicInteger startedSinceReading = new AtomicInteger();

    private final DescriptorLedger descriptors;
    private volatile Reading reading;

    LoadMonitor(LoadLimits limits, HostResources host, int processors) {
        this(limits, host, processors, System::nanoTime);
    }

    LoadMonitor(LoadLimits limits, HostResources host, int processors, LongSupplier nanoClock) {
        this.limits = limits;
        this.host = host;
        this.processors = processors;
        this.costs = new CostEstimator(host, nanoClock);
        for (Workload work : Workload.values()) {
            streams.put(work, new AtomicInteger());
        }
        this.reading = read();
        this.descriptors = new DescriptorLedger(reading.maxOpenFiles(), reading.openFiles());
    }

    DescriptorLedger descriptors() {
        return descriptors;
    }

    void update(LoadLimits newLimits) {
        limits = newLimits;
    }

    private double maxCores() {
        return processors * limits.maxCpuPercent() / 100.0;
    }

    /** Counts the runs of a stream that starts, or returns what the host has too little of. */
    Optional<String> reserve(List<Workload> runs) {
        Optional<String> shortage = shortage(costs.of(runs), 1);
        if (shortage.isPresent()) {
            return shortage;
        }
        for (int i = 0; i < runs.size(); i++) {
            if (!descriptors.streamStarts()) {
                for (int counted = 0; counted < i; counted++) {
                    descriptors.streamEnded(false);
                }
                return Optional.of(NOT_ENOUGH_DESCRIPTORS);
            }
        }
        runs.forEach(work -> countOf(work).incrementAndGet());
        startedSinceReading.addAndGet(runs.size());
        return Optional.empty();
    }

    /**
     * Ends what {@link #reserve} began, for one run.
     *
     * @param started whether its FFmpeg was ever started
     */
    void release(Workload work, boolean started) {
        descriptors.streamEnded(started);
        countOf(work).decrementAndGet();
    }

    /** The process of a run has ended; another one may follow. */
    void ended(long pid) {
        costs.ended(pid);
    }

    /**
     * What the host has too little of for another stream of average cost; empty if nothing.
     *
     * @param share of the limits to apply, at most 1
     */
    Optional<String> shortage(double share) {
        int count = count();
        double average = count == 0 ? 0 : expectedCores() / count;
        return shortage(new CostEstimator.Cost(Math.min(average, processors * MAX_AVERAGE_SHARE), 0), share);
    }

    private Optional<String> shortage(CostEstimator.Cost cost, double share) {
        double cores = expectedCores() + cost.cores();
        // The first stream is always allowed; otherwise a kind that costs more than the limit could never run again.
        if (count() > 0 && cores > maxCores() * share) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "not enough CPU: streams are expected to use %.1f of %.1f processors",
                    cores,
                    maxCores()));
        }
        Reading now = reading;
        int unmeasured = startedSinceReading.get();
        double needed = (limits.minFreeBytes() + cost.memoryBytes() * (unmeasured + 1)) / share;
        if (now.freeBytes().isPresent() && now.freeBytes().getAsLong() < needed) {
            return Optional.of("not enough memory");
        }
        // The ledger does not know what else runs in an embedder's process.
        long max = now.maxOpenFiles().orElse(Long.MAX_VALUE);
        long open = now.openFiles().orElse(0) + (unmeasured + 1L) * DESCRIPTORS_PER_STREAM;
        return open > max * share - DescriptorLedger.spare(max)
                ? Optional.of(NOT_ENOUGH_DESCRIPTORS)
                : Optional.empty();
    }

    /** Samples the host and the running streams. Reads files. */
    void sample(Collection<ActiveStream> running) {
        costs.update(running);
        int included = startedSinceReading.get();
        reading = read();
        startedSinceReading.addAndGet(-included);
    }

    private Reading read() {
        return new Reading(host.freeBytes(), host.openFiles(), host.maxOpenFiles());
    }

    private AtomicInteger countOf(Workload work) {
        return Objects.requireNonNull(streams.get(work));
    }

    private int count() {
        return streams.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private double expectedCores() {
        return streams.entrySet().stream()
                .mapToDouble(
                        entry -> costs.coresOf(entry.getKey(), entry.getValue().get()))
                .sum();
    }

    AdmissionSnapshot snapshot(int admitted, long refusedGuesses) {
        Map<Workload, Double> measured = new EnumMap<>(Workload.class);
        costs.all().forEach((work, cost) -> measured.put(work, cost.cores()));
        Reading now = reading;
        return new AdmissionSnapshot(
                admitted,
                expectedCores(),
                maxCores(),
                measured,
                now.freeBytes(),
                now.openFiles(),
                now.maxOpenFiles(),
                refusedGuesses);
    }
}
