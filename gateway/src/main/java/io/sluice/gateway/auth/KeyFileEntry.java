package io.sluice.gateway.auth;

import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.security.SecureRandom;

/** Generates stream keys, and lines for the files that {@link KeyFileAuthorizer} reads. */
public final class KeyFileEntry {

    private static final String NEW_KEY_CHARACTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final int NEW_KEY_LENGTH = 28;

    private KeyFileEntry() {}

    /**
     * Creates a line for a key file.
     *
     * @param name the name for the log: up to 64 letters, digits and {@code . _ @ -}
     * @param key the key: at least 16 characters that cannot be guessed
     * @return the line without a line end, or why the name or key is invalid
     */
    public static Result<String> of(String name, String key) {
        if (!HashedKey.isName(name)) {
            return Result.refused(
                    FailureCode.INVALID_STREAM_KEY,
                    "The name can have up to 64 characters: letters, digits and . _ @ -.");
        }
        if (key.length() < HashedKey.MIN_LENGTH) {
            return Result.refused(
                    FailureCode.INVALID_STREAM_KEY,
                    "The key has fewer than " + HashedKey.MIN_LENGTH
                            + " characters and could be guessed from its hash. Generate a new one.");
        }
        if (name.contains(key)) {
            return Result.refused(
                    FailureCode.INVALID_STREAM_KEY,
                    "The name must not contain the key: the name is logged and stored in the file.");
        }
        return StreamKey.parse(key).map(valid -> HashedKey.line(name, valid));
    }

    /**
     * Generates a key that cannot be guessed.
     *
     * @return 28 letters and digits, without characters that look alike: 162 bits of entropy
     */
    public static String newKey() {
        SecureRandom random = new SecureRandom();
        StringBuilder key = new StringBuilder(NEW_KEY_LENGTH);
        for (int i = 0; i < NEW_KEY_LENGTH; i++) {
            key.append(NEW_KEY_CHARACTERS.charAt(random.nextInt(NEW_KEY_CHARACTERS.length())));
        }
        return key.toString();
    }
}
