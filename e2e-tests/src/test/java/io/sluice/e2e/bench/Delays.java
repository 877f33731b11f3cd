package io.sluice.e2e.bench;

import java.util.Map;
import java.util.TreeMap;

/** How long messages were under way, in the buckets of {@code mark.h}. */
final class Delays {

    private static final int SUB = 32;

    private final TreeMap<Integer, Long> counts = new TreeMap<>();
    private long total;
    private long longestMicros;

    void add(int bucket, long count) {
        counts.merge(bucket, count, Long::sum);
        total += count;
    }

    void longest(long micros) {
        longestMicros = Math.max(longestMicros, micros);
    }

    long total() {
        return total;
    }

    long longestMicros() {
        return longestMicros;
    }

    /** The delay that this part of the messages kept, to 3 %; 0 if there were none. */
    long quantileMicros(double part) {
        long seen = 0;
        for (Map.Entry<Integer, Long> bucket : counts.entrySet()) {
            seen += bucket.getValue();
            if (seen >= part * total) {
                return lowerEdge(bucket.getKey());
            }
        }
        return 0;
    }

    private static long lowerEdge(int bucket) {
        return bucket < SUB ? bucket : (long) (SUB + bucket % SUB) << (bucket / SUB - 1);
    }
}
