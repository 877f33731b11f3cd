package io.sluice.gateway.websocket;

import io.sluice.protocol.Failure;
import io.sluice.protocol.FailureCode;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The pages that can connect, by their origin. Browsers let every page open a WebSocket to any host and only add the
 * page's origin; without this check, any page that a user visits could publish through the user's browser. Immutable.
 */
public final class OriginPolicy {

    /** Allows every page. */
    public static final String ANY = "*";

    private static final Pattern FORM =
            Pattern.compile("([a-z][a-z0-9+.-]{0,31})://([a-z0-9._~-]{1,253}|\\[[0-9a-f:.]+])(:\\d{1,5})?");

    /** The schemes of pages that a gateway can serve. */
    private static final Set<String> WEB = Set.of("http", "https");

    private final Set<String> allowed = new HashSet<>();

    private OriginPolicy() {}

    /**
     * Allows the gateway's own pages, clients that send no origin, and the given origins.
     *
     * @param origins such as {@code https://studio.example.org}, or {@value #ANY}
     * @return the policy
     * @throws IllegalArgumentException with a message for operators if an origin is invalid
     */
    public static OriginPolicy allowing(Collection<String> origins) {
        OriginPolicy policy = new OriginPolicy();
        for (String origin : origins) {
            policy.allowed.add(
                    origin.equals(ANY)
                            ? ANY
                            : normalized(origin)
                                    .orElseThrow(() -> new IllegalArgumentException("'" + origin
                                            + "' is not an origin; expected a scheme, host and optional port, such"
                                            + " as https://studio.example.org")));
        }
        return policy;
    }

    /**
     * Whether pages of any origin can connect.
     *
     * @return true if {@value #ANY} is allowed
     */
    public boolean allowsAny() {
        return allowed.contains(ANY);
    }

    Optional<Failure> refusal(ClientRequest request) {
        if (request.origins().isEmpty() || allowsAny()) {
            return Optional.empty();
        }
        Optional<String> origin =
                request.origins().size() == 1 ? normalized(request.origins().get(0)) : Optional.empty();
        boolean allows =
                origin.filter(o -> allowed.contains(o) || isOwn(o, request)).isPresent();
        return allows
                ? Optional.empty()
                : Optional.of(new Failure(
                        FailureCode.ORIGIN_NOT_ALLOWED,
                        "Pages from " + origin.orElse("this origin")
                                + " cannot publish here. The operator can allow this with --allow-origin."));
    }

    /**
     * Behind a proxy that terminates TLS and is not trusted, the gateway cannot know the scheme of its pages. Then only
     * host and port are compared, with the default port of the page's scheme.
     */
    private static boolean isOwn(String origin, ClientRequest request) {
        String scheme = request.scheme() == null ? origin.substring(0, origin.indexOf(':')) : request.scheme();
        return request.authority() != null
                && WEB.contains(scheme)
                && normalized(scheme + "://" + request.authority())
                        .filter(origin::equals)
                        .isPresent();
    }

    /**
     * As browsers write it: in lower case, without the default port. Empty if it is not an origin, such as
     * {@code null}.
     */
    private static Optional<String> normalized(String origin) {
        Matcher form = FORM.matcher(origin.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return Optional.empty();
        }
        String scheme = form.group(1);
        String port = form.group(3) == null ? "" : form.group(3);
        boolean defaultPort =
                (scheme.equals("http") && port.equals(":80")) || (scheme.equals("https") && port.equals(":443"));
        return Optional.of(scheme + "://" + form.group(2) + (defaultPort ? "" : port));
    }
}
