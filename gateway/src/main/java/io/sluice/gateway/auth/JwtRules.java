package io.sluice.gateway.auth;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a token must contain to be accepted.
 *
 * @param keyClaim the claim that contains the stream key
 * @param issuer the required {@code iss}; null for any
 * @param audience a required element of {@code aud}; null to accept only tokens without an audience
 * @param algorithms the accepted signature algorithms, by their names in RFC 7518; only public-key algorithms
 */
public record JwtRules(
        String keyClaim, @Nullable String issuer, @Nullable String audience, Set<String> algorithms) {

    /** The public-key signature algorithms that every Java platform supports. */
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
            throw new IllegalArgumentException("supported algorithms are " + new TreeSet<>(KNOWN_ALGORITHMS));
        }
        algorithms = Set.copyOf(algorithms);
    }
}
