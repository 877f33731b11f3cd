package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.gateway.auth.WatchedFile.BrokenFileException;
import io.sluice.protocol.StreamKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * One line of a key file: a name for the log, what is left of the key, and on which terms it holds. The key itself cannot be had back from
 * it, provided that it was not to be guessed: the hash is fast, because each start of a stream computes one for every line.
 */
final class HashedKey {

    /** The fewest characters of a key that gets a line. */
    static final int MIN_LENGTH = 16;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._@-]{1,64}");
    private static final Pattern HASH = Pattern.compile("hmac-sha256\\$([\\w-]{22})\\$([\\w-]{43})");
    private static final Pattern BITS = Pattern.compile("[1-9]\\d{0,8}");

    private final String name;
    private final byte[] salt;
    private final byte[] hash;
    private final Allowed terms;

    private HashedKey(String name, byte[] salt, byte[] hash, Allowed terms) {
        this.name = name;
        this.salt = salt;
        this.hash = hash;
        this.terms = terms;
    }

    /** The line for a new key, without terms. */
    static String line(String name, StreamKey key) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        Base64.Encoder text = Base64.getUrlEncoder().withoutPadding();
        return name + " hmac-sha256$" + text.encodeToString(salt) + "$" + text.encodeToString(hash(mac(), salt, key));
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Reads a line that is neither empty nor a comment. */
    static HashedKey read(String line) throws BrokenFileException {
        String[] words = line.strip().split("\\s+");
        Matcher form = HASH.matcher(words.length < 2 ? "" : words[1]);
        if (!isName(words[0]) || !form.matches()) {
            throw new BrokenFileException("it is no name with a hashed key behind it");
        }
        Base64.Decoder text = Base64.getUrlDecoder();
        byte[] salt = text.decode(form.group(1));
        byte[] hash = text.decode(form.group(2));
        List<String> outputs = new ArrayList<>();
        Instant expires = null;
        Integer maxBits = null;
        for (String term : Arrays.asList(words).subList(2, words.length)) {
            String value = term.substring(term.indexOf('=') + 1);
            switch (term.substring(0, term.length() - value.length())) {
                case "expires=" -> expires = instant(value);
                case "max-bits-per-second=" -> maxBits = bits(value);
                case "output=" -> outputs.add(value);
                default ->
                    throw new BrokenFileException(
                            "behind the key it has something else than expires=, max-bits-per-second= and output=");
            }
        }
        return new HashedKey(words[0], salt, hash, new Allowed(outputs, null, expires, maxBits));
    }

    private static Instant instant(String text) throws BrokenFileException {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new BrokenFileException("expires= is no time such as 2027-01-31T20:00:00Z");
        }
    }

    private static @Nullable Integer bits(String text) throws BrokenFileException {
        if (!BITS.matcher(text).matches()) {
            throw new BrokenFileException("max-bits-per-second= is no number from 1 to 999999999");
        }
        return Integer.valueOf(text);
    }

    String name() {
        return name;
    }

    Allowed terms() {
        return terms;
    }

    /** Takes the same time whether or not it is this one. */
    boolean matches(Mac mac, StreamKey key) {
        return MessageDigest.isEqual(hash, hash(mac, salt, key));
    }

    static Mac mac() {
        try {
            return Mac.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java has " + ALGORITHM, e);
        }
    }

    private static byte[] hash(Mac mac, byte[] salt, StreamKey key) {
        try {
            mac.init(new SecretKeySpec(salt, ALGORITHM));
            byte[] hash = mac.doFinal(key.value().getBytes(StandardCharsets.UTF_8));
            if (hash.length != HASH_BYTES) {
                throw new AssertionError("SHA-256 has " + HASH_BYTES + " bytes");
            }
            return hash;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every salt is a key for " + ALGORITHM, e);
        }
    }
}
