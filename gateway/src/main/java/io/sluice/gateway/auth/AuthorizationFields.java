package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.protocol.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads on which terms somebody may publish, from what a token or a service says. What is there and cannot be understood is an error: to
 * leave out a limit would be to allow more than was allowed.
 */
final class AuthorizationFields {

    private static final String OUTPUTS = "outputs";
    private static final String LIMITS = "limits";
    private static final String MAX_BITS = "maxBitsPerSecond";
    private static final List<String> KNOWN_LIMITS = List.of(MAX_BITS);
    private static final int MAX_OUTPUTS = 16;
    private static final long MOST_BITS = 1_000_000_000;

    private AuthorizationFields() {}

    /**
     * Reads {@code outputs} and {@code limits}.
     *
     * @param said the claims or fields; others are left alone
     * @param streamKey under which key, or null for the one that was asked for
     * @param expiresAt until when, or null
     * @throws AuthorizationUnavailableException if they cannot be understood
     */
    static Allowed read(Map<String, ?> said, @Nullable StreamKey streamKey, @Nullable Instant expiresAt) {
        return new Allowed(outputs(said.get(OUTPUTS)), streamKey, expiresAt, maxBitsPerSecond(said.get(LIMITS)));
    }

    private static List<String> outputs(@Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        boolean strings = value instanceof List<?> list
                && !list.isEmpty()
                && list.size() <= MAX_OUTPUTS
                && list.stream().allMatch(String.class::isInstance);
        if (!strings) {
            throw new AuthorizationUnavailableException(
                    "\"" + OUTPUTS + "\" is no list of 1 to " + MAX_OUTPUTS + " URLs");
        }
        return ((List<?>) value).stream().map(String.class::cast).toList();
    }

    private static @Nullable Integer maxBitsPerSecond(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (!(value instanceof Map<?, ?> limits) || !KNOWN_LIMITS.containsAll(limits.keySet())) {
            throw new AuthorizationUnavailableException(
                    "\"" + LIMITS + "\" holds something that this gateway cannot keep: it knows " + MAX_BITS + " only");
        }
        Object bits = limits.get(MAX_BITS);
        return bits == null ? null : (int) whole(MAX_BITS, bits, MOST_BITS);
    }

    /** A whole number from 1 on. */
    static long whole(String name, Object value, long most) {
        boolean whole = value instanceof Integer || value instanceof Long;
        long number = whole ? ((Number) value).longValue() : 0;
        if (number < 1 || number > most) {
            throw new AuthorizationUnavailableException("\"" + name + "\" is no whole number from 1 to " + most);
        }
        return number;
    }
}
