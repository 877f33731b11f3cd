package io.sluice.gateway.auth;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a token must say to be good here.
 *
 * @param keyClaim the claim that holds the stream key for which the token is
 * @param issuer what {@code iss} must be; null for any
 * @param audience what {@code aud} must contain; null if the tokens have none, in which case one that has any is for somebody else
 * @param algorithms how tokens may be signed, by their names in RFC 7518; signatures by public keys only
 */
public record JwtRules(
        String keyClaim, @Nullable String issuer, @Nullable String audience, Set<String> algorithms) {

    /** Everything that can be checked with a public key by what every Java has. */
    public static final Set<String> KNOWN_ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    /**
     * Checks the algorithms.
     *
     * @param keyClaim the claim with the stream key
     * @param issuer the issuer
     * @param audience the audience
     * @param algorithms the algorithms
     */
    public JwtRules {
        if (algorithms.isEmpty() || !KNOWN_ALGORITHMS.containsAll(algorithms)) {
            throw new IllegalArgumentException("the algorithms are some of " + new TreeSet<>(KNOWN_ALGORITHMS));
        }
        algorithms = Set.copyOf(algorithms);
    }
}
