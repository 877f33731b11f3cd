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

/** Public keys by which tokens can be checked. */
interface JwtKeys extends Disposable {

    /** A token that names none is tried with each. */
    int MAX_KEYS = 100;

    /**
     * The keys that a token can be checked by.
     *
     * @param header the token's; nothing in it is to be believed yet
     * @return maybe none; an error if the keys cannot be had; on any thread that may block
     */
    Mono<List<JWK>> matching(JWSHeader header);

    /** Gives back what it holds. */
    @Override
    default void dispose() {}

    /** Reads a JSON Web Key Set; what it holds besides public keys for signatures is left out. */
    static List<JWK> inKeySet(String text) {
        List<JWK> keys;
        try {
            keys = JWKSet.parse(text).getKeys();
        } catch (ParseException e) {
            throw new IllegalArgumentException("it is no JSON Web Key Set", e);
        }
        List<JWK> usable = keys.stream()
                .filter(AsymmetricJWK.class::isInstance)
                .map(JWK::toPublicJWK)
                .toList();
        if (usable.isEmpty() || usable.size() > MAX_KEYS) {
            throw new IllegalArgumentException("it must have 1 to " + MAX_KEYS + " public keys");
        }
        return usable;
    }

    /** Of these keys those that fit. A key without a name of its own, such as one from a PEM file, fits every name. */
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
