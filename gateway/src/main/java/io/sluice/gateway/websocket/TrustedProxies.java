package io.sluice.gateway.websocket;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;

/** From which addresses forwarded headers are believed. Immutable. */
public final class TrustedProxies {

    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private final List<IpSubnetFilterRule> networks;

    private TrustedProxies(List<IpSubnetFilterRule> networks) {
        this.networks = networks;
    }

    /**
     * Trusts proxies at these addresses.
     *
     * @param networks addresses, or networks such as {@code 10.0.0.0/8} and {@code fd00::/8}
     * @return the trust
     * @throws IllegalArgumentException with words for the operator if one is none
     */
    public static TrustedProxies in(Collection<String> networks) {
        return new TrustedProxies(networks.stream().map(TrustedProxies::network).toList());
    }

    boolean includes(InetSocketAddress address) {
        return networks.stream().anyMatch(network -> network.matches(address));
    }

    private static IpSubnetFilterRule network(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        boolean v4 = NetUtil.isValidIpV4Address(address);
        // A name would be looked up.
        if (!v4 && !NetUtil.isValidIpV6Address(address)) {
            throw none(text);
        }
        int most = v4 ? IPV4_BITS : IPV6_BITS;
        int bits = slash < 0 ? most : bits(text.substring(slash + 1));
        if (bits < 0 || bits > most) {
            throw none(text);
        }
        return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    }

    private static int bits(String digits) {
        return digits.matches("\\d{1,3}") ? Integer.parseInt(digits) : -1;
    }

    private static IllegalArgumentException none(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is no address and no network: expected one as in 10.0.0.0/8 or 192.0.2.7");
    }
}
