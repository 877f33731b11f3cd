package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.output.PublishTemplate;
import io.sluice.gateway.output.RtmpUrl;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * The servers that an authorizer can name as outputs, each an exact scheme, host and port. A token or a service is only
 * as trustworthy as its operator, and must not turn the gateway into a path into the internal network. Immutable.
 */
public final class AllowedOutputs {

    private static final Pattern FORM = Pattern.compile("rtmps?://([a-z0-9._~-]{1,253}|\\[[0-9a-f:.]+])(:\\d{1,5})?/?");

    private final Set<String> servers;

    private AllowedOutputs(Set<String> servers) {
        this.servers = Set.copyOf(servers);
    }

    /**
     * Allows the given servers.
     *
     * @param servers such as {@code rtmp://live.example.org} or {@code rtmps://live.example.org:4433}, without a path
     * @return the allowed servers
     * @throws IllegalArgumentException with a message for operators if a server is invalid
     */
    public static AllowedOutputs of(Collection<String> servers) {
        Set<String> normalized = new HashSet<>();
        for (String server : servers) {
            String lower = server.toLowerCase(Locale.ROOT);
            // Any path makes it a URL.
            Optional<String> parsed = serverOf(lower + (lower.endsWith("/") ? "app" : "/app"));
            if (!FORM.matcher(lower).matches() || parsed.isEmpty()) {
                throw new IllegalArgumentException(
                        "an allowed output must be a scheme, host and optional port, such as rtmps://live.example.org");
            }
            normalized.add(parsed.get());
        }
        return new AllowedOutputs(normalized);
    }

    /**
     * Allows the servers of the given publish URLs.
     *
     * @param publishUrls valid URLs, with or without a placeholder for the stream key
     * @return the allowed servers
     */
    public static AllowedOutputs ofServersIn(Collection<String> publishUrls) {
        return new AllowedOutputs(publishUrls.stream()
                .map(url -> serverOf(url.replace(PublishTemplate.PLACEHOLDER, "streamKey")))
                .flatMap(Optional::stream)
                .collect(Collectors.toSet()));
    }

    /**
     * Whether a server is reached with TLS.
     *
     * @return true if one has the scheme {@code rtmps}
     */
    public boolean includeTls() {
        return servers.stream().anyMatch(server -> server.startsWith("rtmps:"));
    }

    /**
     * Restricts an authorizer to these servers: an answer that names any other server becomes an error, so that the
     * client is refused.
     *
     * @param authorizer the authorizer to restrict; disposed of with the returned one
     * @return the restricted authorizer
     */
    public Authorizer guard(Authorizer authorizer) {
        return new Guarded(authorizer);
    }

    private final class Guarded implements Authorizer {

        private final Authorizer authorizer;

        Guarded(Authorizer authorizer) {
            this.authorizer = authorizer;
        }

        @Override
        public Mono<Authorization> authorize(PublishRequest request) {
            return authorizer.authorize(request).map(AllowedOutputs.this::checked);
        }

        @Override
        public void dispose() {
            authorizer.dispose();
        }

        @Override
        public String toString() {
            return authorizer.toString();
        }
    }

    private Authorization checked(Authorization answer) {
        if (answer instanceof Authorization.Allowed allowed) {
            for (String url : allowed.publishUrls()) {
                String server = serverOf(url).orElse("an invalid RTMP URL");
                if (!servers.contains(server)) {
                    throw new AuthorizationUnavailableException(
                            "the authorizer named the output " + server + ", which --allow-output does not allow");
                }
            }
        }
        return answer;
    }

    /**
     * Empty if the URL is invalid. Parsed as strictly as operators' URLs, so that FFmpeg interprets it in the same way.
     */
    private static Optional<String> serverOf(String url) {
        try {
            return Optional.of(RtmpUrl.parse(url).serverWithPort());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
