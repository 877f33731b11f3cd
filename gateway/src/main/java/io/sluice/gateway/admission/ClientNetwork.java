package io.sluice.gateway.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Whom an address stands for: an IPv4 address, or a network of 64 bits of IPv6, of which one customer has at least one whole, with more
 * addresses than can be counted.
 */
record ClientNetwork(long bits, boolean six) {

    /** Null for whom no bound per address applies: addresses of this machine, and transports without any. */
    static @Nullable ClientNetwork of(@Nullable InetAddress address) {
        if (address == null || address.isLoopbackAddress()) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address
                ? new ClientNetwork(bytes.getLong(), true)
                : new ClientNetwork(bytes.getInt() & 0xffffffffL, false);
    }
}
