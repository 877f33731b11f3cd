package io.sluice.gateway.auth;

import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.security.SecureRandom;

/** Makes keys, and lines for the files that {@link KeyFileAuthorizer} reads. */
public final class KeyFileEntry {

    private static final String NEW_KEY_CHARACTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private static final int NEW_KEY_LENGTH = 28;

    private KeyFileEntry() {}

    /**
     * A line for a key file.
     *
     * @param name for the log: up to 64 letters, digits and {@code . _ @ -}
     * @param key the key, of at least 16 characters that nobody could guess
     * @return the line without its end, or why there is none
     */
    public static Result<String> of(String name, String key) {
        if (!HashedKey.isName(name)) {
            return Result.refused(
                    FailureCode.INVALID_STREAM_KEY, "The name may have up to 64 letters, digits and . _ @ - only.");
        }
        if (key.length() < HashedKey.MIN_LENGTH) {
            return Result.refused(
                    FailureCode.INVALID_STREAM_KEY,
                    "The key has fewer than " + HashedKey.MIN_LENGTH
                            + " characters: it could be guessed from its hash. Let a new one be made.");
        }
        if (name.contains(key)) {
            return Result.refused(
                    FailureCode.INVALID_STREAM_KEY,
                    "The name must not hold the key: it is logged and stands in the file.");
        }
        return StreamKey.parse(key).map(sound -> HashedKey.line(name, sound));
    }

    /**
     * A key that nobody can guess.
     *
     * @return 28 letters and digits, without those that look alike: 162 bits
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
