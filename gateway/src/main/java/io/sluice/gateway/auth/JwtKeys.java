package io.sluice.gateway.auth;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import java.text.ParseException;
import java.util.List;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/** Public keys to verify tokens with. */
interface JwtKeys extends Disposable {

    /** A token without a key id is tried with each key. */
    int MAX_KEYS = 100;

    /**
     * The keys that could have signed a token.
     *
     * @param header the header of the token, which is untrusted
     * @return the keys, possibly none; an error if the keys are unavailable; on any thread
     */
    Mono<List<JWK>> matching(JWSHeader header);

    /** Releases resources. */
    @Override
    default void dispose() {}

    /** Parses a JSON Web Key Set; everything except asymmetric keys is ignored. */
    static List<JWK> parseKeySet(String text) {
        List<JWK> keys;
        try {
            keys = JWKSet.parse(text).getKeys();
        } catch (ParseException e) {
            throw new IllegalArgumentException("the content is not a JSON Web Key Set", e);
        }
        List<JWK> usable = keys.stream()
                .filter(AsymmetricJWK.class::isInstance)
                .map(JWK::toPublicJWK)
                .toList();
        if (usable.isEmpty() || usable.size() > MAX_KEYS) {
            throw new IllegalArgumentException("a key set must contain 1 to " + MAX_KEYS + " public keys");
        }
        return usable;
    }

    /** The keys that match the header. A key without an id, such as one from a PEM file, matches every id. */
    static List<JWK> select(List<JWK> keys, JWSHeader header) {
        JWSAlgorithm algorithm = header.getAlgorithm();
        return keys.stream()
                .filter(key -> KeyType.forAlgorithm(algorithm).equals(key.getKeyType()))
                .filter(key -> key.getKeyUse() == null || KeyUse.SIGNATURE.equals(key.getKeyUse()))
                .filter(key -> key.getAlgorithm() == null || algorithm.equals(key.getAlgorithm()))
                .filter(key -> key.getKeyID() == null
                        || header.getKeyID() == null
                        || key.getKeyID().equals(header.getKeyID()))
                .toList();
    }
}
