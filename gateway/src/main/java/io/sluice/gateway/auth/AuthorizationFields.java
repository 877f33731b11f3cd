package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.protocol.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads an authorization from the fields of a token or a service's response. A field that cannot be understood is an
 * error, because ignoring a limit would allow more than was authorized.
 */
final class AuthorizationFields {

    private static final String OUTPUTS = "outputs";
    private static final String REQUIRE_OUTPUTS = "requireOutputs";
    private static final String LIMITS = "limits";
    private static final String BIT_RATE = "maxBitsPerSecond";
    private static final List<String> KNOWN_LIMITS = List.of(BIT_RATE);
    private static final int MAX_OUTPUTS = 16;
    private static final long MAX_BITS_PER_SECOND = 1_000_000_000;

    private AuthorizationFields() {}

    /**
     * Reads {@code outputs}, {@code requireOutputs} and {@code limits}.
     *
     * @param fields the claims or fields; unknown ones are ignored
     * @param streamKey the stream key to use, or null for the requested one
     * @param expiresAt when the authorization expires, or null
     * @throws AuthorizationUnavailableException if a field is invalid
     */
    static Allowed read(Map<String, ?> fields, @Nullable StreamKey streamKey, @Nullable Instant expiresAt) {
        return new Allowed(
                outputs(fields.get(OUTPUTS)),
                streamKey,
                expiresAt,
                maxBitsPerSecond(fields.get(LIMITS)),
                requireAll(fields.get(REQUIRE_OUTPUTS)));
    }

    private static @Nullable Boolean requireAll(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (!value.equals("any") && !value.equals("all")) {
            throw new AuthorizationUnavailableException("\"" + REQUIRE_OUTPUTS + "\" is neither \"any\" nor \"all\"");
        }
        return value.equals("all");
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
                    "\"" + OUTPUTS + "\" is not a list of 1 to " + MAX_OUTPUTS + " URLs");
        }
        return ((List<?>) value).stream().map(String.class::cast).toList();
    }

    private static @Nullable Integer maxBitsPerSecond(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (!(value instanceof Map<?, ?> limits) || !KNOWN_LIMITS.containsAll(limits.keySet())) {
            throw new AuthorizationUnavailableException(
                    "\"" + LIMITS + "\" contains an unsupported limit; supported is " + BIT_RATE);
        }
        Object bits = limits.get(BIT_RATE);
        return bits == null ? null : (int) wholeNumber(BIT_RATE, bits, MAX_BITS_PER_SECOND);
    }

    /** A whole number of at least 1. */
    static long wholeNumber(String name, Object value, long max) {
        boolean isWhole = value instanceof Integer || value instanceof Long;
        long number = isWhole ? ((Number) value).longValue() : 0;
        if (number < 1 || number > max) {
            throw new AuthorizationUnavailableException("\"" + name + "\" is not a whole number from 1 to " + max);
        }
        return number;
    }
}
