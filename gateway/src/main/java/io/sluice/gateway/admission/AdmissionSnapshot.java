package io.sluice.gateway.admission;

import java.util.Map;
import java.util.OptionalLong;

/**
 * What admission knows at a moment, for whoever draws curves. Memory and descriptors are as old as a few seconds, and empty where the
 * system does not tell.
 *
 * @param streams that were admitted and have not ended
 * @param expectedCores what all of them are expected to use, in processors
 * @param maxCores what they may
 * @param learntCores what one stream of a kind uses at the pace of life; a kind that was never seen is missing
 * @param freeBytes of memory, within the container's limit
 * @param openFiles descriptors of this process
 * @param maxOpenFiles descriptors that it may have
 */
public record AdmissionSnapshot(
        int streams,
        double expectedCores,
        double maxCores,
        Map<Workload, Double> learntCores,
        OptionalLong freeBytes,
        OptionalLong openFiles,
        OptionalLong maxOpenFiles) {

    /**
     * Copies the map.
     *
     * @param streams that were admitted
     * @param expectedCores what they are expected to use
     * @param maxCores what they may
     * @param learntCores what one uses
     * @param freeBytes of memory
     * @param openFiles descriptors
     * @param maxOpenFiles descriptors that there may be
     */
    public AdmissionSnapshot {
        learntCores = Map.copyOf(learntCores);
    }
}
