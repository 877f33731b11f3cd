package io.sluice.gateway.websocket;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;

/** The proxies whose forwarded headers are trusted, by address. Immutable. */
public final class TrustedProxies {

    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private final List<IpSubnetFilterRule> networks;

    private TrustedProxies(List<IpSubnetFilterRule> networks) {
        this.networks = networks;
    }

    /**
     * Trusts proxies with the given addresses.
     *
     * @param networks addresses, or networks such as {@code 10.0.0.0/8} and {@code fd00::/8}
     * @return the trusted proxies
     * @throws IllegalArgumentException with a message for operators if an address is invalid
     */
    public static TrustedProxies in(Collection<String> networks) {
        return new TrustedProxies(networks.stream().map(TrustedProxies::network).toList());
    }

    /**
     * Whether a connection comes from a trusted proxy.
     *
     * @param address its remote address
     * @return true if so
     */
    public boolean includes(InetSocketAddress address) {
        return networks.stream().anyMatch(network -> network.matches(address));
    }

    private static IpSubnetFilterRule network(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        boolean v4 = NetUtil.isValidIpV4Address(address);
        // A name would be resolved.
        if (!v4 && !NetUtil.isValidIpV6Address(address)) {
            throw invalid(text);
        }
        int maxBits = v4 ? IPV4_BITS : IPV6_BITS;
        int bits = slash < 0 ? maxBits : bits(text.substring(slash + 1));
        if (bits < 0 || bits > maxBits) {
            throw invalid(text);
        }
        return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    }

    private static int bits(String digits) {
        return digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    }

    private static IllegalArgumentException invalid(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not an IP address or network, such as 192.0.2.7 or 10.0.0.0/8");
    }
}
