package io.sluice.gateway.admission;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the cost of a stream of each kind from the running streams. A kind that has not been seen yet costs
 * nothing.
 *
 * <p>CPU time is measured per second of media written, not per second elapsed. Therefore a stream that runs faster than
 * real time, or slower because the host is busy, yields the same estimate as one at real-time speed.
 *
 * <p>{@link #learn} is called by one thread; the estimates can be read by any.
 */
final class CostEstimator {

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
    }

    /** A running stream. */
    record Running(Workload work, long pid, long outTimeMillis) {}

    private record Sample(long cpuMillis, long outTimeMillis) {}

    private static final class Sum {
        private long cpuMillis;
        private long mediaMillis;
        private long memoryBytes;
        private int streams;
    }

    private final HostResources host;
    private Map<Long, Sample> samples = new HashMap<>();
    private volatile Map<Workload, Cost> costs = Map.of();

    CostEstimator(HostResources host) {
        this.host = host;
    }

    Cost of(Workload work) {
        return costs.getOrDefault(work, Cost.UNKNOWN);
    }

    Map<Workload, Cost> all() {
        return costs;
    }

    /**
     * Measures some of the running streams.
     *
     * @param streams in a stable order: a stream contributes only if it is measured repeatedly
     */
    void learn(Collection<Running> streams) {
        Map<Long, Sample> next = new HashMap<>();
        Map<Workload, Sum> sums = new EnumMap<>(Workload.class);
        Map<Workload, Integer> measured = new EnumMap<>(Workload.class);
        for (Running stream : streams) {
            if (stream.outTimeMillis() >= WARM_UP_MILLIS
                    && measured.merge(stream.work(), 1, Integer::sum) <= MAX_MEASURED_STREAMS) {
                host.usageOf(stream.pid()).ifPresent(usage -> next.put(stream.pid(), measure(stream, usage, sums)));
            }
        }
        samples = next;
        Map<Workload, Cost> learnt = new EnumMap<>(Workload.class);
        learnt.putAll(costs);
        sums.forEach((work, sum) -> mean(sum).ifPresent(now -> {
            Cost before = learnt.get(work);
            learnt.put(work, before == null ? now : before.movedTowards(now));
        }));
        costs = Map.copyOf(learnt);
    }

    /** Adds a stream's usage since its last sample. Returns the sample to continue from. */
    private Sample measure(Running stream, HostResources.Usage usage, Map<Workload, Sum> sums) {
        Sample now = new Sample(usage.cpuMillis(), stream.outTimeMillis());
        @Nullable Sample before = samples.get(stream.pid());
        if (before != null) {
            if (now.outTimeMillis() - before.outTimeMillis() < MIN_MEDIA_MILLIS) {
                return before;
            }
            Sum sum = sums.computeIfAbsent(stream.work(), work -> new Sum());
            sum.cpuMillis += now.cpuMillis() - before.cpuMillis();
            sum.mediaMillis += now.outTimeMillis() - before.outTimeMillis();
            sum.memoryBytes += usage.memoryBytes();
            sum.streams++;
        }
        return now;
    }

    private static Optional<Cost> mean(Sum sum) {
        return sum.mediaMillis <= 0
                ? Optional.empty()
                : Optional.of(
                        new Cost((double) sum.cpuMillis / sum.mediaMillis, (double) sum.memoryBytes / sum.streams));
    }
}
