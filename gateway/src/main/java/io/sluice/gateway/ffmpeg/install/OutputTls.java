package io.sluice.gateway.ffmpeg.install;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * How FFmpeg has to verify the servers of {@code rtmps://} outputs. The stream key is in what it sends them.
 *
 * @param insecure whether it may skip that
 * @param authorities the file of certificate authorities; empty for FFmpeg's own
 * @param tried what FFmpeg can do; empty while that is unknown
 */
public record OutputTls(
        boolean insecure, Supplier<Optional<Path>> authorities, Supplier<Optional<TlsVerification>> tried) {

    private static final String RTMPS = "rtmps://";

    /**
     * What resolvers take for an IPv4 address: its last part is a number, in decimal, octal or hexadecimal. No host
     * name has such an end.
     */
    private static final Pattern ADDRESS = Pattern.compile("\\[.*|(?:.*\\.)?(?:\\d+|0x[0-9a-f]*)\\.?");

    /**
     * Without a trial, so that all such outputs are refused.
     *
     * @return refuses {@code rtmps://}
     */
    public static OutputTls untried() {
        return new OutputTls(false, Optional::empty, Optional::empty);
    }

    /**
     * Why FFmpeg must not publish to a URL, for the client.
     *
     * @param url an RTMP or RTMPS URL
     * @return the reason, without the URL; empty if it may
     */
    public Optional<String> obstacle(String url) {
        return problem(url)
                .map(problem -> "This stream's output cannot be verified: " + problem
                        + ". Try again in a moment, and tell the operator if that does not help.");
    }

    /**
     * Why FFmpeg must not publish to a URL, for the operator.
     *
     * @param url an RTMP or RTMPS URL
     * @return the reason, without the URL; empty if it may
     */
    public Optional<String> problem(String url) {
        if (insecure || !url.regionMatches(true, 0, RTMPS, 0, RTMPS.length())) {
            return Optional.empty();
        }
        Optional<TlsVerification> known = tried.get();
        if (known.isEmpty()) {
            return Optional.of("whether FFmpeg verifies TLS certificates has not been found out yet");
        }
        if (!known.get().verifies()) {
            return Optional.of("FFmpeg does not verify TLS certificates, because "
                    + known.get().problem());
        }
        return known.get().comparesAddresses() || !ADDRESS.matcher(hostOf(url)).matches()
                ? Optional.empty()
                : Optional.of("this FFmpeg does not verify that a TLS certificate is for an IP address; the publish URL"
                        + " needs a host name");
    }

    /** As FFmpeg splits it. */
    private static String hostOf(String url) {
        String rest = url.substring(RTMPS.length()).toLowerCase(Locale.ROOT);
        String authority = rest.split("[/?#]", 2)[0];
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        return host.startsWith("[") ? host : host.split(":", 2)[0];
    }

    /**
     * FFmpeg's options for an output that has no {@link #obstacle}.
     *
     * @return the arguments
     */
    public List<String> arguments() {
        if (insecure) {
            return List.of("-tls_verify", "0");
        }
        return authorities
                .get()
                .map(file -> List.of(
                        "-tls_verify", "1", "-cafile", file.toAbsolutePath().toString()))
                .orElseGet(() -> List.of("-tls_verify", "1"));
    }
}
