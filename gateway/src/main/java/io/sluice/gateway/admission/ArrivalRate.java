package io.sluice.gateway.admission;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Limits how often something happens per client network and in all, with bursts of ten times as many. The network comes
 * first, so that what is refused to one takes nothing from the others. Loopback addresses count like others.
 * Thread-safe.
 */
public final class ArrivalRate {

    private final StartRateLimiter<ClientNetwork> networks;
    private final TokenBucket all;

    /**
     * Sets the rates.
     *
     * @param perSecond per second in all, at least 1
     * @param perSecondAndAddress per second and client address (IPv6: /64 network), at least 1
     */
    public ArrivalRate(int perSecond, int perSecondAndAddress) {
        networks = new StartRateLimiter<>(perSecondAndAddress);
        all = StartRateLimiter.bucket(perSecond, System.nanoTime());
    }

    /**
     * Counts one.
     *
     * @param address where it comes from; null if the transport has no addresses
     * @param nowNanos the time, by {@link System#nanoTime()}
     * @return whether it is within both rates
     */
    public boolean allows(@Nullable InetAddress address, long nowNanos) {
        return (address == null || networks.nanosTooEarly(ClientNetwork.containing(address), nowNanos) == 0)
                && StartRateLimiter.nanosTooEarly(all, nowNanos) == 0;
    }
}
