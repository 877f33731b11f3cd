package io.sluice.gateway.admission;

import org.jspecify.annotations.Nullable;

/**
 * Limits on the number of streams and the rate at which they start. Bursts of up to ten seconds' worth of starts are
 * allowed.
 *
 * @param maxStreams maximum concurrent streams; null for no limit
 * @param maxStreamsPerAddress maximum concurrent streams per client address, counted from before authorization; an IPv6
 *     /64 network counts as one address
 * @param startsPerSecond starts of all authorized streams
 * @param startsPerAddressPerSecond starts per address, authorized or not
 * @param startsPerKeyPerSecond authorized starts per stream key
 */
public record AdmissionLimits(
        @Nullable Integer maxStreams,
        int maxStreamsPerAddress,
        int startsPerSecond,
        int startsPerAddressPerSecond,
        int startsPerKeyPerSecond) {

    /** A burst may have this many seconds' worth of starts. */
    public static final int BURST_SECONDS = 10;

    /**
     * The defaults.
     *
     * @return limits that a client which reconnects with increasing delays does not reach
     */
    public static AdmissionLimits defaults() {
        return new AdmissionLimits(null, 32, 200, 5, 1);
    }
}
