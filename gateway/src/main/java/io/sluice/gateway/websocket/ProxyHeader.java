package io.sluice.gateway.websocket;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The header in which a trusted proxy forwards the client address. The operator chooses one: a proxy that writes the
 * one passes the other on as the client sent it.
 */
public enum ProxyHeader {
    /** {@code X-Forwarded-For}, with {@code X-Forwarded-Proto} and {@code X-Forwarded-Host}. */
    X_FORWARDED {
        @Override
        List<Hop> hops(HttpHeaders headers) {
            String proto = first(headers, "X-Forwarded-Proto");
            String host = first(headers, "X-Forwarded-Host");
            return split(headers, "X-Forwarded-For")
                    .map(f -> new Hop(f, proto, host))
                    .toList();
        }
    },
    /** {@code Forwarded}, as defined in RFC 7239. */
    FORWARDED {
        @Override
        List<Hop> hops(HttpHeaders headers) {
            List<Hop> hops = new ArrayList<>();
            for (String value : headers.getAll("Forwarded")) {
                Matcher pairs = PAIR.matcher(value);
                Map<String, String> hop = new TreeMap<>();
                while (pairs.find()) {
                    String text = pairs.group(2) == null ? pairs.group(3) : pairs.group(2);
                    hop.put(pairs.group(1).toLowerCase(Locale.ROOT), text);
                    if (pairs.end() == value.length() || value.charAt(pairs.end()) == ',') {
                        hops.add(new Hop(hop.getOrDefault("for", ""), hop.get("proto"), hop.get("host")));
                        hop.clear();
                    }
                }
            }
            return hops;
        }
    };

    /** A name with a quoted value or a token. Starts only at a separator, so that matching takes linear time. */
    private static final Pattern PAIR =
            Pattern.compile("(?:^|[;,])\\s*+(\\w++)=(?:\"([^\"]*+)\"|([^\",;\\s]*+))\\s*+(?=[;,]|$)");

    private static final Pattern WITH_PORT = Pattern.compile("([^:]+):\\d{1,5}|\\[(.+)](?::\\d{1,5})?");

    /** One entry of a proxy: the client that it forwards, and the scheme and authority that the client requested. */
    record Hop(
            String client,
            @Nullable String scheme,
            @Nullable String authority) {

        /** The client's address; null if it is not a literal address. Names are not resolved. */
        @Nullable
        InetSocketAddress address() {
            Matcher form = WITH_PORT.matcher(client);
            String bare = !form.matches() ? client : form.group(1) == null ? form.group(2) : form.group(1);
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(bare);
            try {
                return bytes == null ? null : new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
            } catch (UnknownHostException e) {
                throw new AssertionError("a literal address has 4 or 16 bytes", e);
            }
        }
    }

    /** The entries of all proxies, that of the proxy nearest to the gateway last. */
    abstract List<Hop> hops(HttpHeaders headers);

    private static @Nullable String first(HttpHeaders headers, String name) {
        return split(headers, name).findFirst().orElse(null);
    }

    private static Stream<String> split(HttpHeaders headers, String name) {
        return headers.getAll(name).stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip);
    }
}
