package io.sluice.gateway.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret with which a client continues its stream, without the secret: only its hash is kept, and nothing of it is
 * printed. Two are equal if their secrets are, which takes the same time to find out whatever they are. Immutable.
 */
final class ResumeToken {

    /** Guessing one of as many bits is hopeless, so guesses need no limit of their own. */
    private static final int SECRET_BYTES = 32;

    private final byte[] hash;

    private ResumeToken(byte[] hash) {
        this.hash = hash;
    }

    /** The token of a secret, whether or not it was ever issued. */
    static ResumeToken of(String secret) {
        try {
            return new ResumeToken(
                    MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform supports SHA-256", e);
        }
    }

    /** Makes secrets. Thread-safe. */
    static final class Source {

        private final SecureRandom random;

        /** Reads the system's randomness, once: event loops, which need the secrets, must not wait for a file. */
        Source() {
            try {
                random = SecureRandom.getInstance("DRBG");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK since 9 has DRBG", e);
            }
            next();
        }

        /** 43 characters that are safe in JSON, in headers and in URLs. */
        String next() {
            byte[] secret = new byte[SECRET_BYTES];
            random.nextBytes(secret);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResumeToken token && MessageDigest.isEqual(hash, token.hash);
    }

    @Override
    public int hashCode() {
        return ByteBuffer.wrap(hash).getInt();
    }

    @Override
    public String toString() {
        return "ResumeToken[secret]";
    }
}
