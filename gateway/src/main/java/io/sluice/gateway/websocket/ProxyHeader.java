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
 * In which header a trusted proxy says for whom it speaks. One of them has to be chosen: a proxy that writes the one passes the other on
 * as the client made it up.
 */
public enum ProxyHeader {
    /** {@code X-Forwarded-For}, with {@code X-Forwarded-Proto} and {@code X-Forwarded-Host} beside it. */
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
    /** {@code Forwarded}, as RFC 7239 has it. */
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

    /** A name, then what stands between quotes, or a token. Begins at a separator only, so that a long header takes no longer than it is. */
    private static final Pattern PAIR =
            Pattern.compile("(?:^|[;,])\\s*+(\\w++)=(?:\"([^\"]*+)\"|([^\",;\\s]*+))\\s*+(?=[;,]|$)");

    private static final Pattern WITH_PORT = Pattern.compile("([^:]+):\\d{1,5}|\\[(.+)](?::\\d{1,5})?");

    /** What a proxy said: for whom it speaks, and what that one asked for. */
    record Hop(
            String client,
            @Nullable String scheme,
            @Nullable String authority) {

        /** Null if it is no literal address; names are not looked up. */
        @Nullable
        InetSocketAddress address() {
            Matcher form = WITH_PORT.matcher(client);
            String bare = !form.matches() ? client : form.group(1) == null ? form.group(2) : form.group(1);
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(bare);
            try {
                return bytes == null ? null : new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
            } catch (UnknownHostException e) {
                throw new AssertionError("an address has 4 or 16 bytes", e);
            }
        }
    }

    /** What the proxies said, the one nearest to the gateway last. */
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
