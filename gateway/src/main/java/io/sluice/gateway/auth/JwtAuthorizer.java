package io.sluice.gateway.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Mono;

/**
 * Allows clients with a JSON Web Token that is signed with a known key, for the stream key that it names and until it
 * expires. Clients send it as a bearer token, as {@code token} in the query or in {@code open}, or instead of the
 * stream key if it is short enough. Requires {@code com.nimbusds:nimbus-jose-jwt} on the class path.
 *
 * <p>Signatures are verified on threads of this authorizer.
 */
public final class JwtAuthorizer implements Authorizer {

    /** Tolerance for a slow clock when a token has just been issued; does not extend its expiry. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    private static final int MAX_TOKEN_LENGTH = 8_192;

    private final JwtKeys keys;
    private final JwtRules rules;
    private final AuthorizationWork work = new AuthorizationWork("sluice-tokens");
    private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();

    JwtAuthorizer(JwtKeys keys, JwtRules rules) {
        this.keys = keys;
        this.rules = rules;
    }

    /**
     * Verifies tokens with the keys in a file. Blocks.
     *
     * @param file public keys, in PEM or as a JSON Web Key Set; changes of the file take effect immediately
     * @param rules what a token must contain
     * @return the authorizer
     * @throws IOException with a message for operators if the file cannot be read or contains no keys
     */
    public static JwtAuthorizer withKeysIn(Path file, JwtRules rules) throws IOException {
        return new JwtAuthorizer(new JwtKeyFile(file), rules);
    }

    /**
     * Verifies tokens with the keys that a service publishes.
     *
     * @param url the URL of its JSON Web Key Set: http or https, with a host, without user information
     * @param timeout for one fetch
     * @param rules what a token must contain
     * @return the authorizer
     * @throws IllegalArgumentException with a message for operators if the URL is invalid
     */
    public static JwtAuthorizer withKeysFrom(String url, Duration timeout, JwtRules rules) {
        return new JwtAuthorizer(
                new JwtKeysUrl(AuthHttpClient.parseUrl(url), timeout, JwtKeysUrl.Times.DEFAULT), rules);
    }

    @Override
    public Mono<Authorization> authorize(PublishRequest request) {
        String sent = request.peer().credentials().token();
        String text = sent.isEmpty() ? request.streamKey().value() : sent;
        Optional<SignedJWT> token = parse(text);
        if (token.isEmpty()) {
            return denied("A valid token is required. Get a token and try again.");
        }
        if (!rules.algorithms().contains(token.get().getHeader().getAlgorithm().getName())) {
            return denied("The signature algorithm of the token is not allowed.");
        }
        return keys.matching(token.get().getHeader())
                .flatMap(candidates -> work.call(() -> decide(request, token.get(), candidates)));
    }

    private static Optional<SignedJWT> parse(String text) {
        try {
            return text.length() > MAX_TOKEN_LENGTH ? Optional.empty() : Optional.of(SignedJWT.parse(text));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    private Authorization decide(PublishRequest request, SignedJWT token, List<JWK> candidates) {
        if (candidates.stream().noneMatch(key -> isSignedBy(key, token))) {
            return Authorization.deny("The token is not signed with a known key.");
        }
        try {
            JWTClaimsSet claims = token.getJWTClaimsSet();
            return problem(claims, Instant.now())
                    .map(Authorization::deny)
                    .orElseGet(() -> authorizeKey(request, token, claims));
        } catch (ParseException e) {
            return Authorization.deny("The claims of the token cannot be read.");
        }
    }

    private boolean isSignedBy(JWK key, SignedJWT token) {
        try {
            JWSVerifier verifier = verifiers.createJWSVerifier(token.getHeader(), ((AsymmetricJWK) key).toPublicKey());
            return token.verify(verifier);
        } catch (JOSEException | IllegalStateException e) {
            // A key with another curve, or too short for the algorithm: not the key of this signature.
            return false;
        }
    }

    private Optional<String> problem(JWTClaimsSet claims, Instant now) {
        Date expires = claims.getExpirationTime();
        Date notBefore = claims.getNotBeforeTime();
        if (expires == null) {
            return Optional.of("The token has no expiry time, which is not allowed.");
        }
        if (!expires.toInstant().isAfter(now)) {
            return Optional.of("The token has expired. Get a new one.");
        }
        if (notBefore != null && notBefore.toInstant().isAfter(now.plus(CLOCK_SKEW))) {
            return Optional.of("The token is not valid yet.");
        }
        if (rules.issuer() != null && !rules.issuer().equals(claims.getIssuer())) {
            return Optional.of("The token has another issuer than expected.");
        }
        boolean audienceMatches = rules.audience() == null
                ? claims.getAudience().isEmpty()
                : claims.getAudience().contains(rules.audience());
        return audienceMatches ? Optional.empty() : Optional.of("The token is for another audience.");
    }

    private Authorization authorizeKey(PublishRequest request, SignedJWT token, JWTClaimsSet claims) {
        Optional<StreamKey> key = claims.getClaim(rules.keyClaim()) instanceof String text
                ? StreamKey.parse(text).toOptional()
                : Optional.empty();
        boolean tokenIsKey = request.streamKey().value().equals(token.getParsedString());
        if (key.isEmpty() || !(tokenIsKey || key.get().equals(request.streamKey()))) {
            return Authorization.deny("The token is not for this stream key.");
        }
        return AuthorizationFields.read(
                claims.getClaims(), key.get(), claims.getExpirationTime().toInstant());
    }

    private static Mono<Authorization> denied(String reason) {
        return Mono.just(Authorization.deny(reason));
    }

    @Override
    public void dispose() {
        keys.dispose();
        work.dispose();
    }

    @Override
    public String toString() {
        return "tokens verified with the keys in " + keys;
    }
}
