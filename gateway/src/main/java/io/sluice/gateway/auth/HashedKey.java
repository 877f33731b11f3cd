package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.gateway.files.MalformedFileException;
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
 * One line of a key file: a name for the log, the hash of a key, and its authorization. The key cannot be recovered
 * from the line unless it can be guessed: the hash is fast, because every stream start computes it once per line.
 */
final class HashedKey {

    /** The minimum length of a key. */
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
    private final Allowed authorization;

    private HashedKey(String name, byte[] salt, byte[] hash, Allowed authorization) {
        this.name = name;
        this.salt = salt;
        this.hash = hash;
        this.authorization = authorization;
    }

    /** The line for a new key, without conditions. */
    static String line(String name, StreamKey key) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        Base64.Encoder text = Base64.getUrlEncoder().withoutPadding();
        return name + " hmac-sha256$" + text.encodeToString(salt) + "$" + text.encodeToString(hash(mac(), salt, key));
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    /** Parses a line that is not empty and not a comment. */
    static HashedKey parse(String line) throws MalformedFileException {
        String[] fields = line.strip().split("\\s+");
        Matcher form = HASH.matcher(fields.length < 2 ? "" : fields[1]);
        if (!isName(fields[0]) || !form.matches()) {
            throw new MalformedFileException("expected a name and a hashed key");
        }
        Base64.Decoder text = Base64.getUrlDecoder();
        byte[] salt = text.decode(form.group(1));
        byte[] hash = text.decode(form.group(2));
        List<String> outputs = new ArrayList<>();
        Instant expires = null;
        Integer maxBits = null;
        for (String condition : Arrays.asList(fields).subList(2, fields.length)) {
            String value = condition.substring(condition.indexOf('=') + 1);
            switch (condition.substring(0, condition.length() - value.length())) {
                case "expires=" -> expires = instant(value);
                case "max-bits-per-second=" -> maxBits = bits(value);
                case "output=" -> outputs.add(value);
                default ->
                    throw new MalformedFileException(
                            "only expires=, max-bits-per-second= and output= can follow the key");
            }
        }
        return new HashedKey(fields[0], salt, hash, new Allowed(outputs, null, expires, maxBits));
    }

    private static Instant instant(String text) throws MalformedFileException {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new MalformedFileException("expires= must be a time such as 2027-01-31T20:00:00Z");
        }
    }

    private static @Nullable Integer bits(String text) throws MalformedFileException {
        if (!BITS.matcher(text).matches()) {
            throw new MalformedFileException("max-bits-per-second= must be a number from 1 to 999999999");
        }
        return Integer.valueOf(text);
    }

    String name() {
        return name;
    }

    Allowed authorization() {
        return authorization;
    }

    /** Takes the same time whether or not the key matches. */
    boolean matches(Mac mac, StreamKey key) {
        return MessageDigest.isEqual(hash, hash(mac, salt, key));
    }

    static Mac mac() {
        try {
            return Mac.getInstance(ALGORITHM);
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java platform supports " + ALGORITHM, e);
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
            throw new AssertionError("every salt is a valid key for " + ALGORITHM, e);
        }
    }
}
