package io.sluice.gateway.admission;

/**
 * How much of the machine streams may take.
 *
 * @param maxCpuPercent of all processors together, 100 being all of them; expected from what streams of the same kind were seen to use
 * @param minFreeBytes of memory that must be left when a stream begins
 */
public record LoadLimits(int maxCpuPercent, long minFreeBytes) {

    /**
     * The defaults.
     *
     * @return half as much again as all processors, because streams are seldom busy all at once, and 128 MiB
     */
    public static LoadLimits defaults() {
        return new LoadLimits(150, 128L * 1_024 * 1_024);
    }
}
