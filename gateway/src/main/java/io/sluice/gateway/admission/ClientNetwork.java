package io.sluice.gateway.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The unit that limits per address count: an IPv4 address or an IPv6 /64 network. Every IPv6 customer has at least one
 * /64, with more addresses than can be tracked.
 *
 * @param bits the address, or the network
 * @param ipv6 whether it is a network
 */
public record ClientNetwork(long bits, boolean ipv6) {

    /**
     * The unit of an address.
     *
     * @param address the address; null if the transport has none
     * @return null if limits per address do not apply: for loopback addresses and transports without addresses
     */
    public static @Nullable ClientNetwork of(@Nullable InetAddress address) {
        if (address == null || address.isLoopbackAddress()) {
            return null;
        }
        return containing(address);
    }

    /** The network of any address, loopback included. */
    static ClientNetwork containing(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address
                ? new ClientNetwork(bytes.getLong(), true)
                : new ClientNetwork(bytes.getInt() & 0xffffffffL, false);
    }
}
