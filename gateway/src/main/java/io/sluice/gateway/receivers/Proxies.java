package io.sluice.gateway.receivers;

import io.sluice.gateway.output.RtmpServer;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;

/** Which servers FFmpeg reaches through an HTTP proxy, as its TLS decides it from its environment. */
final class Proxies implements Predicate<RtmpServer> {

    private final boolean proxied;
    private final String exceptions;

    /**
     * Reads the two variables that FFmpeg reads.
     *
     * @param environment FFmpeg's; the proxy in it may have a password, and is not kept
     */
    Proxies(Map<String, String> environment) {
        proxied = environment.getOrDefault("http_proxy", "").startsWith("http://");
        exceptions = environment.getOrDefault("no_proxy", "");
    }

    @Override
    public boolean test(RtmpServer server) {
        return proxied
                && server.secure()
                && Arrays.stream(exceptions.split("[, ]+")).noneMatch(exception -> matches(exception, server.host()));
    }

    /** A whole name, or the end of one after a dot; an asterisk stands for all. */
    private static boolean matches(String exception, String host) {
        String name = exception.replaceFirst("^\\*?\\.?", "");
        return exception.equals("*") || (!name.isEmpty() && (host.equals(name) || host.endsWith("." + name)));
    }
}
