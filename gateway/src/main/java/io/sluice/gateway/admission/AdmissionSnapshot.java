package io.sluice.gateway.admission;

import java.util.Map;
import java.util.OptionalLong;

/**
 * Admission's figures at one moment, for metrics. Memory and descriptors are a few seconds old, and empty if the system
 * does not report them.
 *
 * @param streams admitted streams that have not ended
 * @param expectedCores expected usage of all of them, in processors
 * @param maxCores the limit for that
 * @param measuredCores measured usage of one stream per kind, at real-time speed; kinds that have not been seen are
 *     missing
 * @param freeBytes available memory, within the container's limit
 * @param openFiles open descriptors of this process
 * @param maxOpenFiles its limit of descriptors
 * @param refusedGuesses requests for previews that were refused because the address had asked for too many that do not
 *     exist
 */
public record AdmissionSnapshot(
        int streams,
        double expectedCores,
        double maxCores,
        Map<Workload, Double> measuredCores,
        OptionalLong freeBytes,
        OptionalLong openFiles,
        OptionalLong maxOpenFiles,
        long refusedGuesses) {

    /**
     * Copies the map.
     *
     * @param streams admitted streams
     * @param expectedCores their expected usage
     * @param maxCores the limit for that
     * @param measuredCores measured usage per kind
     * @param freeBytes available memory
     * @param openFiles open descriptors
     * @param maxOpenFiles the limit of descriptors
     * @param refusedGuesses refused requests for previews
     */
    public AdmissionSnapshot {
        measuredCores = Map.copyOf(measuredCores);
    }
}
