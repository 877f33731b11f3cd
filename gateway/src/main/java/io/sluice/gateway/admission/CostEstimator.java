package io.sluice.gateway.admission;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the cost of a stream of each kind from the running streams, and knows what each of these really uses. A
 * kind that has not been seen yet costs nothing.
 *
 * <p>A stream that runs faster than real time is measured per second of media, so that it does not seem expensive while
 * it catches up. One that runs slower is measured per second elapsed: it used no more than that, however far it lags.
 *
 * <p>A kind's estimate follows the median of its streams, so that one stream out of the ordinary does not speak for
 * all, and is forgotten when no stream of the kind runs any more.
 *
 * <p>{@link #update} is called by one thread; everything else by any.
 */
final class CostEstimator {

    /** Of an estimate that nothing confirms, per sample: halves it in two minutes. */
    private static final double FORGETTING = 0.98;

    /** Weight of each new measurement: after a minute, old measurements hardly count. */
    private static final double WEIGHT_OF_NEW = 0.2;

    /** Starting FFmpeg is expensive and happens once, so it is not measured. */
    private static final long WARM_UP_MILLIS = 1_000;

    /** Less media than this gives noisy results; the kernel counts CPU time in hundredths of a second. */
    private static final long MIN_MEDIA_MILLIS = 1_000;

    /** Measured streams per kind and sample: more would not improve the estimate, and each opens two files. */
    private static final int MAX_MEASURED_STREAMS = 16;

    /** Usage of one stream. */
    record Cost(double cores, double memoryBytes) {

        static final Cost UNKNOWN = new Cost(0, 0);

        Cost movedTowards(Cost other) {
            return new Cost(
                    cores + (other.cores - cores) * WEIGHT_OF_NEW,
                    memoryBytes + (other.memoryBytes - memoryBytes) * WEIGHT_OF_NEW);
        }

        Cost plus(Cost other) {
            return new Cost(cores + other.cores, memoryBytes + other.memoryBytes);
        }

        Cost times(double factor) {
            return new Cost(cores * factor, memoryBytes * factor);
        }
    }

    /** A run of FFmpeg. */
    record ActiveStream(Workload work, long pid, long outTimeMillis) {}

    private record Sample(long cpuMillis, long outTimeMillis, long atMillis) {}

    private record Measured(Workload work, Cost cost) {}

    private final HostResources host;
    private final LongSupplier nanoClock;
    private final Map<Long, Measured> running = new ConcurrentHashMap<>();
    private Map<Long, Sample> samples = new HashMap<>();
    private volatile Map<Workload, Cost> costs = Map.of();

    CostEstimator(HostResources host, LongSupplier nanoClock) {
        this.host = host;
        this.nanoClock = nanoClock;
    }

    Cost of(Workload work) {
        return costs.getOrDefault(work, Cost.UNKNOWN);
    }

    /** What several runs cost together. */
    Cost of(List<Workload> runs) {
        return runs.stream().map(this::of).reduce(Cost.UNKNOWN, Cost::plus);
    }

    Map<Workload, Cost> all() {
        return costs;
    }

    /** Forgets a stream that has ended. */
    void ended(long pid) {
        running.remove(pid);
    }

    /**
     * What streams of a kind use: those that were measured what they do, the others what is estimated.
     *
     * @param work the kind
     * @param streams how many of it there are
     */
    double coresOf(Workload work, int streams) {
        double cores = 0;
        int measured = 0;
        for (Measured stream : running.values()) {
            if (stream.work() == work) {
                cores += stream.cost().cores();
                measured++;
            }
        }
        return cores + Math.max(0, streams - measured) * of(work).cores();
    }

    /**
     * Measures some of the running streams.
     *
     * @param streams in a stable order: a stream contributes only if it is measured repeatedly
     */
    void update(Collection<ActiveStream> streams) {
        Map<Long, Sample> next = new HashMap<>();
        Map<Workload, List<Cost>> fresh = new EnumMap<>(Workload.class);
        Map<Workload, Integer> measured = new EnumMap<>(Workload.class);
        for (ActiveStream stream : streams) {
            if (stream.outTimeMillis() >= WARM_UP_MILLIS
                    && measured.merge(stream.work(), 1, Integer::sum) <= MAX_MEASURED_STREAMS) {
                host.usageOf(stream.pid()).ifPresent(usage -> next.put(stream.pid(), measure(stream, usage, fresh)));
            }
        }
        samples = next;
        running.keySet().retainAll(next.keySet());
        Map<Workload, Cost> updated = new EnumMap<>(Workload.class);
        costs.forEach((work, cost) -> updated.put(work, measured.containsKey(work) ? cost : cost.times(FORGETTING)));
        fresh.forEach((work, now) -> {
            Cost before = updated.get(work);
            updated.put(work, before == null ? median(now) : before.movedTowards(median(now)));
        });
        costs = Map.copyOf(updated);
    }

    /** Measures a stream's usage since its last sample. Returns the sample to continue from. */
    private Sample measure(ActiveStream stream, HostResources.Usage usage, Map<Workload, List<Cost>> fresh) {
        Sample now = new Sample(usage.cpuMillis(), stream.outTimeMillis(), nanoClock.getAsLong() / 1_000_000);
        @Nullable Sample before = samples.get(stream.pid());
        if (before != null) {
            long millis = Math.max(now.outTimeMillis() - before.outTimeMillis(), now.atMillis() - before.atMillis());
            if (millis < MIN_MEDIA_MILLIS) {
                return before;
            }
            double cores = (double) (now.cpuMillis() - before.cpuMillis()) / millis;
            Cost cost = new Cost(cores, usage.memoryBytes());
            running.merge(
                    stream.pid(),
                    new Measured(stream.work(), cost),
                    (old, one) -> new Measured(stream.work(), old.cost().movedTowards(cost)));
            fresh.computeIfAbsent(stream.work(), work -> new ArrayList<>()).add(cost);
        }
        return now;
    }

    /** Of an even number, the lower one. */
    private static Cost median(List<Cost> costs) {
        int middle = (costs.size() - 1) / 2;
        return new Cost(
                costs.stream()
                        .mapToDouble(Cost::cores)
                        .sorted()
                        .skip(middle)
                        .findFirst()
                        .orElse(0),
                costs.stream()
                        .mapToDouble(Cost::memoryBytes)
                        .sorted()
                        .skip(middle)
                        .findFirst()
                        .orElse(0));
    }
}
