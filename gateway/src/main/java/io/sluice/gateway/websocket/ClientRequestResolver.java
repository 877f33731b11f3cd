package io.sluice.gateway.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.sluice.gateway.access.Credentials;
import io.sluice.gateway.access.Peer;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

/** Determines the client of a request, behind trusted proxies. */
record ClientRequestResolver(TrustedProxies proxies, ProxyHeader header) {

    ClientRequest resolve(HttpServerRequest request) {
        HttpHeaders headers = request.requestHeaders();
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        String authority = hosts.size() == 1 ? hosts.get(0) : null;
        // Without TLS of its own, the gateway may be behind a proxy that terminates TLS.
        String scheme = List.of("https", "wss").contains(request.scheme()) ? "https" : null;
        SocketAddress address = request.remoteAddress();
        if (address instanceof InetSocketAddress connected && proxies.includes(connected)) {
            List<ProxyHeader.Hop> hops = header.hops(headers);
            int index = hops.size();
            InetSocketAddress sender = connected;
            while (index > 0 && sender != null && proxies.includes(sender)) {
                ProxyHeader.Hop hop = hops.get(--index);
                scheme = knownScheme(hop.scheme(), scheme);
                authority = hop.authority() == null ? authority : hop.authority();
                sender = hop.address();
                address = sender == null ? address : sender;
            }
        }
        String agent = headers.get(HttpHeaderNames.USER_AGENT, "");
        return new ClientRequest(
                new Peer(address, agent, query(request.uri()), credentials(request)),
                scheme,
                authority,
                headers.getAll(HttpHeaderNames.ORIGIN));
    }

    private static @Nullable String knownScheme(@Nullable String forwarded, @Nullable String fallback) {
        String lower = forwarded == null ? "" : forwarded.toLowerCase(Locale.ROOT);
        return switch (lower) {
            case "https", "wss" -> "https";
            case "http", "ws" -> "http";
            default -> fallback;
        };
    }

    /** The query without the parameters that the gateway itself reads. */
    private static String query(String uri) {
        String query = new QueryStringDecoder(uri).rawQuery();
        return Arrays.stream(query.split("&", -1))
                .filter(pair -> !pair.startsWith("streamKey=") && !pair.startsWith("mimeType="))
                .collect(Collectors.joining("&"));
    }

    /** Browsers cannot set headers on a WebSocket request, so a token can also be in the query. */
    private static Credentials credentials(HttpServerRequest request) {
        String authorization = request.requestHeaders().get(HttpHeaderNames.AUTHORIZATION);
        if (authorization == null) {
            List<String> tokens =
                    new QueryStringDecoder(request.uri()).parameters().getOrDefault("token", List.of());
            return tokens.isEmpty() ? Credentials.NONE : new Credentials("", "", tokens.get(0));
        }
        int space = authorization.indexOf(' ');
        String kind = space < 0 ? "" : authorization.substring(0, space).toLowerCase(Locale.ROOT);
        String value = authorization.substring(space + 1).strip();
        return switch (kind) {
            case "bearer" -> new Credentials("", "", value);
            case "basic" -> basic(value).orElse(Credentials.NONE);
            default -> Credentials.NONE;
        };
    }

    private static Optional<Credentials> basic(String value) {
        try {
            String text = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
            int colon = text.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(new Credentials(text.substring(0, colon), text.substring(colon + 1), ""));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
