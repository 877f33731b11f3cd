package io.sluice.gateway.access;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, as far as its request tells. Prints the address only.
 *
 * @param address the client's, by way of trusted proxies where there are any; null where the transport has none
 * @param userAgent what the client says it is; empty if it says nothing
 * @param query the request's raw query without the stream key and the media type; may hold secrets
 * @param credentials what the client shows besides the stream key
 */
public record Peer(@Nullable SocketAddress address, String userAgent, String query, Credentials credentials) {

    /**
     * A peer of whom nothing is known but the address.
     *
     * @param address the address, or null
     * @return the peer
     */
    public static Peer at(@Nullable SocketAddress address) {
        return new Peer(address, "", "", Credentials.NONE);
    }

    /**
     * The address without the port.
     *
     * @return as IPv4 or IPv6 literal; empty where there is none
     */
    public String ip() {
        InetAddress ip = internetAddress();
        return ip == null ? "" : ip.getHostAddress();
    }

    /** Null where there is none. */
    @Nullable
    public InetAddress internetAddress() {
        return address instanceof InetSocketAddress internet ? internet.getAddress() : null;
    }

    /** The same with a token that came later, which counts more than what the request had. */
    public Peer with(String token) {
        return new Peer(address, userAgent, query, new Credentials(credentials.user(), credentials.password(), token));
    }

    /** Fit for logs. */
    @Override
    public String toString() {
        return String.valueOf(address);
    }
}
