package io.sluice.gateway.admission;

import org.jspecify.annotations.Nullable;

/**
 * How many streams there may be, and how many may begin. Of starts, ten seconds' worth may come at once.
 *
 * @param maxStreams at once; null for no bound in number
 * @param maxStreamsPerAddress at once from one address, from the asking for permission on; an IPv6 network of 64 bits counts as one
 * @param startsPerSecond of all that have permission
 * @param startsPerAddressPerSecond of one address, whether or not it gets permission
 * @param startsPerKeyPerSecond of one stream key, with permission
 */
public record AdmissionLimits(
        @Nullable Integer maxStreams,
        int maxStreamsPerAddress,
        int startsPerSecond,
        int startsPerAddressPerSecond,
        int startsPerKeyPerSecond) {

    /** For how long more starts than the rate may come. */
    public static final int BURST_SECONDS = 10;

    /**
     * The defaults.
     *
     * @return limits that a client which connects again and again, with growing pauses, does not come near
     */
    public static AdmissionLimits defaults() {
        return new AdmissionLimits(null, 32, 200, 5, 1);
    }
}
