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
 * Which pages may connect. A browser opens a WebSocket to anywhere for any page, with that page's origin as the only sign of it; so a
 * gateway that a browser can reach would publish for every page that its user comes by. Immutable.
 */
public final class OriginPolicy {

    /** Allows every page. */
    public static final String ANY = "*";

    private static final Pattern FORM =
            Pattern.compile("([a-z][a-z0-9+.-]{0,31})://([a-z0-9._~-]{1,253}|\\[[0-9a-f:.]+])(:\\d{1,5})?");

    /** The schemes of pages that a gateway could have served. */
    private static final Set<String> WEB = Set.of("http", "https");

    private final Set<String> allowed = new HashSet<>();

    private OriginPolicy() {}

    /**
     * Allows the gateway's own pages, clients that are no browsers, and these.
     *
     * @param origins such as {@code https://studio.example.org}, or {@value #ANY}
     * @return the rule
     * @throws IllegalArgumentException with words for the operator if one is no origin
     */
    public static OriginPolicy allowing(Collection<String> origins) {
        OriginPolicy rule = new OriginPolicy();
        for (String origin : origins) {
            rule.allowed.add(
                    origin.equals(ANY)
                            ? ANY
                            : normal(origin)
                                    .orElseThrow(() -> new IllegalArgumentException("'" + origin
                                            + "' is no origin: expected scheme and host, and the port if it is not"
                                            + " the usual one, as in https://studio.example.org")));
        }
        return rule;
    }

    /**
     * Whether every page in the world may connect.
     *
     * @return true if the operator said so
     */
    public boolean allowsAny() {
        return allowed.contains(ANY);
    }

    Optional<Failure> refusal(ClientRequest arrival) {
        if (arrival.origins().isEmpty() || allowsAny()) {
            return Optional.empty();
        }
        Optional<String> origin =
                arrival.origins().size() == 1 ? normal(arrival.origins().get(0)) : Optional.empty();
        boolean allows =
                origin.filter(o -> allowed.contains(o) || isOwn(o, arrival)).isPresent();
        return allows
                ? Optional.empty()
                : Optional.of(new Failure(
                        FailureCode.ORIGIN_NOT_ALLOWED,
                        "Pages from " + origin.orElse("there")
                                + " may not publish here: its operator can allow that with --allow-origin."));
    }

    /**
     * A gateway behind a proxy that ends TLS, and is not known to it, cannot tell which scheme its pages have. The host and the port then
     * have to do; the page's own scheme says which port goes without saying.
     */
    private static boolean isOwn(String origin, ClientRequest arrival) {
        String scheme = arrival.scheme() == null ? origin.substring(0, origin.indexOf(':')) : arrival.scheme();
        return arrival.authority() != null
                && WEB.contains(scheme)
                && normal(scheme + "://" + arrival.authority())
                        .filter(origin::equals)
                        .isPresent();
    }

    /** As browsers write it: in lower case, and without the port that goes without saying. Empty if it is none, as {@code null} is. */
    private static Optional<String> normal(String origin) {
        Matcher form = FORM.matcher(origin.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return Optional.empty();
        }
        String scheme = form.group(1);
        String port = form.group(3) == null ? "" : form.group(3);
        boolean usual =
                (scheme.equals("http") && port.equals(":80")) || (scheme.equals("https") && port.equals(":443"));
        return Optional.of(scheme + "://" + form.group(2) + (usual ? "" : port));
    }
}
