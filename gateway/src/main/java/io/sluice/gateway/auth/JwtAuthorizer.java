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
 * Lets in who shows a JSON Web Token that is signed by a known key, for the stream key that it names and until it expires. The token comes as a
 * bearer token, as {@code token} in the query or in {@code open}, or in place of the stream key where it is short enough. Needs
 * {@code com.nimbusds:nimbus-jose-jwt} on the class path.
 *
 * <p>Signatures are checked on the scheduler for blocking work.
 */
public final class JwtAuthorizer implements Authorizer {

    /** Clocks differ; one that is slow must not refuse a token that was made this moment. It does not lengthen any. */
    private static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    private static final int MAX_TOKEN_LENGTH = 8_192;

    private final JwtKeys keys;
    private final JwtRules rules;
    private final DefaultJWSVerifierFactory verifiers = new DefaultJWSVerifierFactory();

    JwtAuthorizer(JwtKeys keys, JwtRules rules) {
        this.keys = keys;
        this.rules = rules;
    }

    /**
     * Checks tokens with the keys in a file. Blocks.
     *
     * @param file public keys, in PEM or as a JSON Web Key Set; its changes are followed
     * @param rules what a token must say
     * @return the authorizer
     * @throws IOException with words for the operator if the file cannot be read, or has no keys
     */
    public static JwtAuthorizer withKeysIn(Path file, JwtRules rules) throws IOException {
        return new JwtAuthorizer(new JwtKeyFile(file), rules);
    }

    /**
     * Checks tokens with the keys that a service publishes.
     *
     * @param url where its JSON Web Key Set is: http or https, with a host and without a user
     * @param timeout for one fetch
     * @param rules what a token must say
     * @return the authorizer
     * @throws IllegalArgumentException with words for the operator if the address is none
     */
    public static JwtAuthorizer withKeysFrom(String url, Duration timeout, JwtRules rules) {
        return new JwtAuthorizer(new JwtKeysUrl(AuthHttpClient.address(url), timeout, JwtKeysUrl.Times.USUAL), rules);
    }

    @Override
    public Mono<Authorization> authorize(PublishRequest request) {
        String shown = request.peer().credentials().token();
        String text = shown.isEmpty() ? request.streamKey().value() : shown;
        Optional<SignedJWT> token = parse(text);
        if (token.isEmpty()) {
            return denied("There is no token, or it is none that is understood here: get one.");
        }
        if (!rules.algorithms().contains(token.get().getHeader().getAlgorithm().getName())) {
            return denied("The token is signed in a way that is not allowed here.");
        }
        return keys.matching(token.get().getHeader()).map(fitting -> decide(request, token.get(), fitting));
    }

    private static Optional<SignedJWT> parse(String text) {
        try {
            return text.length() > MAX_TOKEN_LENGTH ? Optional.empty() : Optional.of(SignedJWT.parse(text));
        } catch (ParseException e) {
            return Optional.empty();
        }
    }

    private Authorization decide(PublishRequest request, SignedJWT token, List<JWK> fitting) {
        if (fitting.stream().noneMatch(key -> isSignedBy(key, token))) {
            return Authorization.deny("The token is signed by nobody who is known here.");
        }
        try {
            JWTClaimsSet claims = token.getJWTClaimsSet();
            return fault(claims, Instant.now())
                    .map(Authorization::deny)
                    .orElseGet(() -> forItsKey(request, token, claims));
        } catch (ParseException e) {
            return Authorization.deny("The token's claims cannot be read.");
        }
    }

    private boolean isSignedBy(JWK key, SignedJWT token) {
        try {
            JWSVerifier verifier = verifiers.createJWSVerifier(token.getHeader(), ((AsymmetricJWK) key).toPublicKey());
            return token.verify(verifier);
        } catch (JOSEException | IllegalStateException e) {
            // A key of another curve, or too short for the algorithm: then it is not this key.
            return false;
        }
    }

    private Optional<String> fault(JWTClaimsSet claims, Instant now) {
        Date expires = claims.getExpirationTime();
        Date begins = claims.getNotBeforeTime();
        if (expires == null) {
            return Optional.of("The token never expires, which is not allowed here.");
        }
        if (!expires.toInstant().isAfter(now)) {
            return Optional.of("The token has expired: get a new one.");
        }
        if (begins != null && begins.toInstant().isAfter(now.plus(CLOCK_SKEW))) {
            return Optional.of("The token does not hold yet.");
        }
        if (rules.issuer() != null && !rules.issuer().equals(claims.getIssuer())) {
            return Optional.of("The token comes from somebody else than it should.");
        }
        boolean forUs = rules.audience() == null
                ? claims.getAudience().isEmpty()
                : claims.getAudience().contains(rules.audience());
        return forUs ? Optional.empty() : Optional.of("The token is meant for somebody else.");
    }

    private Authorization forItsKey(PublishRequest request, SignedJWT token, JWTClaimsSet claims) {
        Optional<StreamKey> key = claims.getClaim(rules.keyClaim()) instanceof String text
                ? StreamKey.parse(text).toOptional()
                : Optional.empty();
        boolean standsForKey = request.streamKey().value().equals(token.getParsedString());
        if (key.isEmpty() || !(standsForKey || key.get().equals(request.streamKey()))) {
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
    }

    @Override
    public String toString() {
        return "the tokens by the keys in " + keys;
    }
}
