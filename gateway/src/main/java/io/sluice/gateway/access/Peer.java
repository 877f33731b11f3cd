package io.sluice.gateway.access;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The client of a connection, as described by its request. Immutable; prints only the address.
 *
 * @param address the client's address, as forwarded by trusted proxies if there are any; null if the transport has none
 * @param userAgent the {@code User-Agent} header; empty if absent
 * @param query the raw query of the request, without the stream key and the media type; may contain secrets
 * @param credentials the credentials of the request, or a token that the client sent later
 */
public record Peer(@Nullable SocketAddress address, String userAgent, String query, Credentials credentials) {

    /**
     * A peer with only an address.
     *
     * @param address the address, or null
     * @return the peer
     */
    public static Peer at(@Nullable SocketAddress address) {
        return new Peer(address, "", "", Credentials.NONE);
    }

    /**
     * The IP address without the port.
     *
     * @return an IPv4 or IPv6 literal; empty if there is none
     */
    public String ip() {
        InetAddress ip = internetAddress();
        return ip == null ? "" : ip.getHostAddress();
    }

    /**
     * The IP address.
     *
     * @return the address, or null if there is none
     */
    @Nullable
    public InetAddress internetAddress() {
        return address instanceof InetSocketAddress internet ? internet.getAddress() : null;
    }

    /**
     * This peer with a token that the client sent after the request, which replaces the token of the request.
     *
     * @param token the bearer token
     * @return a copy with the token
     */
    public Peer withToken(String token) {
        return new Peer(address, userAgent, query, new Credentials(credentials.user(), credentials.password(), token));
    }

    /** The address, for logs. */
    @Override
    public String toString() {
        return String.valueOf(address);
    }
}
