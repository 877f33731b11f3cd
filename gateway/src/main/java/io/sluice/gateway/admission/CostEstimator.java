package io.sluice.gateway.admission;

import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a stream of each kind costs, learnt from those that run. A kind that was never seen costs nothing: nothing is known of it.
 *
 * <p>Processor time is taken for each second of media that came out and not for each second that passed. So a stream that comes faster than
 * life, or slower because the machine is busy, teaches the same as one that keeps its pace.
 *
 * <p>{@link #learn} is called by one thread; what was learnt may be read by all.
 */
final class CostEstimator {

    /** How much of the new is taken each time: what a kind cost a minute ago has all but faded. */
    private static final double WEIGHT_OF_NEW = 0.2;

    /** The start of an FFmpeg is dear and comes once. */
    private static final long WARM_UP_MILLIS = 1_000;

    /** Less media than this is more noise than knowledge; the kernel counts in hundredths of a second. */
    private static final long LEAST_MEDIA_MILLIS = 1_000;

    /** Of a kind, at each look: more would teach nothing better, and each of them costs the opening of two files. */
    private static final int STREAMS_LOOKED_AT = 16;

    /** In processors, and in bytes. */
    record Cost(double cores, double memoryBytes) {

        static final Cost UNKNOWN = new Cost(0, 0);

        Cost movedTowards(Cost other) {
            return new Cost(
                    cores + (other.cores - cores) * WEIGHT_OF_NEW,
                    memoryBytes + (other.memoryBytes - memoryBytes) * WEIGHT_OF_NEW);
        }
    }

    /** A stream that runs. */
    record Running(Workload work, long pid, long outTimeMillis) {}

    private record Mark(long cpuMillis, long outTimeMillis) {}

    private static final class Sum {
        private long cpuMillis;
        private long mediaMillis;
        private long memoryBytes;
        private int streams;
    }

    private final HostResources machine;
    private Map<Long, Mark> marks = new HashMap<>();
    private volatile Map<Workload, Cost> costs = Map.of();

    CostEstimator(HostResources machine) {
        this.machine = machine;
    }

    Cost of(Workload work) {
        return costs.getOrDefault(work, Cost.UNKNOWN);
    }

    Map<Workload, Cost> all() {
        return costs;
    }

    /**
     * Looks at some of those that run.
     *
     * @param streams in an order that stays the same as far as they do: a stream teaches something when it is looked at again
     */
    void learn(Collection<Running> streams) {
        Map<Long, Mark> next = new HashMap<>();
        Map<Workload, Sum> sums = new EnumMap<>(Workload.class);
        Map<Workload, Integer> lookedAt = new EnumMap<>(Workload.class);
        for (Running stream : streams) {
            if (stream.outTimeMillis() >= WARM_UP_MILLIS
                    && lookedAt.merge(stream.work(), 1, Integer::sum) <= STREAMS_LOOKED_AT) {
                machine.usageOf(stream.pid()).ifPresent(usage -> next.put(stream.pid(), look(stream, usage, sums)));
            }
        }
        marks = next;
        Map<Workload, Cost> learnt = new EnumMap<>(Workload.class);
        learnt.putAll(costs);
        sums.forEach((work, sum) -> mean(sum).ifPresent(now -> {
            Cost before = learnt.get(work);
            learnt.put(work, before == null ? now : before.movedTowards(now));
        }));
        costs = Map.copyOf(learnt);
    }

    /** Returns from where to go on. */
    private Mark look(Running stream, HostResources.Usage usage, Map<Workload, Sum> sums) {
        Mark now = new Mark(usage.cpuMillis(), stream.outTimeMillis());
        @Nullable Mark before = marks.get(stream.pid());
        if (before != null) {
            if (now.outTimeMillis() - before.outTimeMillis() < LEAST_MEDIA_MILLIS) {
                return before;
            }
            Sum sum = sums.computeIfAbsent(stream.work(), any -> new Sum());
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
