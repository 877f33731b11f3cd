package io.sluice.gateway.admission;

/**
 * Limits on the load that streams put on the host.
 *
 * @param maxCpuPercent maximum expected CPU usage, in percent of all processors; the expectation comes from measured
 *     streams
 * @param minFreeBytes memory that must remain available when a stream starts
 */
public record LoadLimits(int maxCpuPercent, long minFreeBytes) {

    /**
     * The defaults.
     *
     * @return 150 %, because streams are rarely all busy at the same time, and 128 MiB
     */
    public static LoadLimits defaults() {
        return new LoadLimits(150, 128L * 1_024 * 1_024);
    }
}
