package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.output.PublishTemplate;
import java.net.URI;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * To which servers an authorizer may send streams: by scheme, host and port, exactly. What a token or a service says is only as good as
 * whoever signs tokens or runs that service, and must not turn the gateway into a way into the operator's network. Immutable.
 */
public final class AllowedOutputs {

    private static final Pattern FORM =
            Pattern.compile("(rtmps?)://([a-z0-9._~-]{1,253}|\\[[0-9a-f:.]+])(:\\d{1,5})?/?");

    private final Set<String> servers;

    private AllowedOutputs(Set<String> servers) {
        this.servers = Set.copyOf(servers);
    }

    /**
     * Allows these servers.
     *
     * @param servers such as {@code rtmp://live.example.org} or {@code rtmps://live.example.org:4433}, without a path
     * @return the list
     * @throws IllegalArgumentException with words for the operator if one is no server
     */
    public static AllowedOutputs of(Collection<String> servers) {
        Set<String> normal = new HashSet<>();
        for (String server : servers) {
            Matcher form = FORM.matcher(server.toLowerCase(Locale.ROOT));
            if (!form.matches()) {
                throw new IllegalArgumentException(
                        "an allowed output is scheme and host, and the port if it is not the usual one, as in rtmps://live.example.org");
            }
            normal.add(server(form.group(1), form.group(2), port(form.group(3))));
        }
        return new AllowedOutputs(normal);
    }

    /**
     * Allows the servers of these publish URLs.
     *
     * @param publishUrls with or without a place for the key; each must be sound
     * @return the list
     */
    public static AllowedOutputs ofServersIn(Collection<String> publishUrls) {
        return new AllowedOutputs(publishUrls.stream()
                .map(url -> serverOf(url.replace(PublishTemplate.PLACEHOLDER, "streamKey")))
                .flatMap(Optional::stream)
                .collect(Collectors.toSet()));
    }

    /**
     * Holds an authorizer to the list: an answer that names any other server becomes an error, and the client is refused.
     *
     * @param authorizer whoever decides
     * @return the same within these bounds
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
                String server = serverOf(url).orElse("something that is no RTMP URL");
                if (!servers.contains(server)) {
                    throw new AuthorizationUnavailableException(
                            "an authorizer sends the stream to " + server + ", which --allow-output does not name");
                }
            }
        }
        return answer;
    }

    /** Empty if it is none. Read as strictly as what an operator writes, so that it means to FFmpeg what it means here. */
    private static Optional<String> serverOf(String url) {
        try {
            PublishTemplate.parse(url);
            URI uri = URI.create(url);
            return Optional.of(server(
                    uri.getScheme().toLowerCase(Locale.ROOT), uri.getHost().toLowerCase(Locale.ROOT), uri.getPort()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static int port(String written) {
        return written == null ? -1 : Integer.parseInt(written.substring(1));
    }

    private static String server(String scheme, String host, int port) {
        int usual = scheme.equals("rtmp") ? 1_935 : 443;
        return scheme + "://" + host + ":" + (port < 0 ? usual : port);
    }
}
