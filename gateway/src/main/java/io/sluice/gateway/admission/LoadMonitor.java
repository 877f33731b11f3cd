package io.sluice.gateway.admission;

import io.sluice.gateway.admission.CostEstimator.Running;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whether the machine carries one more stream: by processor time that is expected, memory and descriptors that are left. {@link #sample} is
 * called by one thread; all else by any.
 */
final class LoadMonitor {

    /** Descriptors of a stream: its socket and three pipes, and for a moment at its start the pipes' other ends. */
    static final int DESCRIPTORS_OF_A_STREAM = 7;

    /** For log files, jars, and those who only ask. */
    static final int SPARE_DESCRIPTORS = 64;

    private record Reading(OptionalLong freeBytes, OptionalLong openFiles, OptionalLong maxOpenFiles) {}

    private volatile LoadLimits limits;
    private final HostResources machine;
    private final int processors;
    private final CostEstimator costs;
    private final Map<Workload, AtomicInteger> streams = new EnumMap<>(Workload.class);
    /** Streams that began since the last reading, of which it therefore knows nothing. */
    private final AtomicInteger begunSinceReading = new AtomicInteger();

    private volatile Reading reading;

    LoadMonitor(LoadLimits limits, HostResources machine, int processors) {
        this.limits = limits;
        this.machine = machine;
        this.processors = processors;
        this.costs = new CostEstimator(machine);
        for (Workload work : Workload.values()) {
            streams.put(work, new AtomicInteger());
        }
        this.reading = read();
    }

    void become(LoadLimits others) {
        limits = others;
    }

    private double maxCores() {
        return processors * limits.maxCpuPercent() / 100.0;
    }

    /** Counts a stream that begins, unless the machine lacks something for it, which is returned. */
    Optional<String> begin(Workload work) {
        Optional<String> lack = lack(costs.of(work), 1);
        if (lack.isEmpty()) {
            countOf(work).incrementAndGet();
            begunSinceReading.incrementAndGet();
        }
        return lack;
    }

    void end(Workload work) {
        countOf(work).decrementAndGet();
    }

    /**
     * What another stream of the kind that runs on average would lack.
     *
     * @param share of the limits that counts, at most 1
     */
    Optional<String> lack(double share) {
        int count = count();
        return lack(new CostEstimator.Cost(count == 0 ? 0 : expectedCores() / count, 0), share);
    }

    private Optional<String> lack(CostEstimator.Cost cost, double share) {
        double cores = expectedCores() + cost.cores();
        // One stream may always try, or a kind that costs more than there is could never be tried again.
        if (count() > 0 && cores > maxCores() * share) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "processor time: streams are expected to use %.1f of %.1f processors",
                    cores,
                    maxCores()));
        }
        Reading now = reading;
        int unseen = begunSinceReading.get();
        double needed = (limits.minFreeBytes() + cost.memoryBytes() * (unseen + 1)) / share;
        if (now.freeBytes().isPresent() && now.freeBytes().getAsLong() < needed) {
            return Optional.of("memory");
        }
        long descriptors = now.openFiles().orElse(0) + (unseen + 1L) * DESCRIPTORS_OF_A_STREAM + SPARE_DESCRIPTORS;
        return now.maxOpenFiles().isPresent()
                        && descriptors > now.maxOpenFiles().getAsLong() * share
                ? Optional.of("file descriptors")
                : Optional.empty();
    }

    /** Looks at the machine and at the streams that run. Reads files. */
    void sample(Collection<Running> running) {
        costs.learn(running);
        int seen = begunSinceReading.get();
        reading = read();
        begunSinceReading.addAndGet(-seen);
    }

    private Reading read() {
        return new Reading(machine.freeBytes(), machine.openFiles(), machine.maxOpenFiles());
    }

    private AtomicInteger countOf(Workload work) {
        return Objects.requireNonNull(streams.get(work));
    }

    private int count() {
        return streams.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private double expectedCores() {
        return streams.entrySet().stream()
                .mapToDouble(entry ->
                        entry.getValue().get() * costs.of(entry.getKey()).cores())
                .sum();
    }

    AdmissionSnapshot snapshot(int admitted) {
        Map<Workload, Double> learnt = new EnumMap<>(Workload.class);
        costs.all().forEach((work, cost) -> learnt.put(work, cost.cores()));
        Reading now = reading;
        return new AdmissionSnapshot(
                admitted, expectedCores(), maxCores(), learnt, now.freeBytes(), now.openFiles(), now.maxOpenFiles());
    }
}
