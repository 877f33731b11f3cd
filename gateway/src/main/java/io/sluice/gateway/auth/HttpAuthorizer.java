package io.sluice.gateway.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.auth.AuthHttpClient.Response;
import io.sluice.protocol.StreamKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Delegates to an HTTP service, with the same request as MediaMTX, so that services for MediaMTX work unchanged: a POST
 * of a JSON object with {@code ip}, {@code user}, {@code password}, {@code token}, {@code action}, {@code path},
 * {@code protocol}, {@code id}, {@code query} and {@code userAgent}.
 *
 * <p>A 2xx response allows, with the outputs and limits of its body if that is a JSON object. A 4xx response denies,
 * except 408 and 429: these, like any other status, mean that the service could not decide. Never blocks.
 */
public final class HttpAuthorizer implements Authorizer {

    private static final int MAX_RESPONSE_BYTES = 65_536;

    /** The service is overloaded or too slow, which says nothing about the client. */
    private static final Set<Integer> NO_DECISION = Set.of(408, 429);

    /** The end of the year 9999, the last that {@link Instant} prints in the usual format. */
    private static final long LAST_SECOND = 253_402_300_799L;

    /**
     * Prefix of the request id, a UUID (version 8) as MediaMTX sends; it ends with the session id, to correlate logs.
     */
    private static final String ID_PREFIX = "00000000-0000-8000-8000-";

    private final JsonMapper mapper = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final AuthHttpClient client;
    private final AnswerCache cache;

    /**
     * Creates an authorizer, which connects with the first request.
     *
     * @param url the URL of the service: http or https, with a host, without user information
     * @param timeout for a request as a whole
     * @param maxConcurrent how many requests can be in flight; four times as many can wait, within their timeout
     * @param cacheTtl how long an answer is reused for an identical request
     * @throws IllegalArgumentException with a message for operators if the URL is invalid
     */
    public HttpAuthorizer(String url, Duration timeout, int maxConcurrent, Duration cacheTtl) {
        this.client = new AuthHttpClient(AuthHttpClient.parseUrl(url), timeout, maxConcurrent, MAX_RESPONSE_BYTES);
        this.cache = new AnswerCache(cacheTtl);
    }

    @Override
    public Mono<Authorization> authorize(PublishRequest request) {
        Map<String, String> fields = fields(request);
        String cacheKey = json(fields);
        fields.put("id", ID_PREFIX + request.sessionId());
        return cache.get(
                cacheKey,
                client.post(json(fields).getBytes(StandardCharsets.UTF_8)).map(this::decide));
    }

    /**
     * All fields except the session id, which is unique. The part of a key after a question mark belongs to the query.
     */
    private static Map<String, String> fields(PublishRequest request) {
        String key = request.streamKey().value();
        int query = key.indexOf('?');
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("ip", request.peer().ip());
        fields.put("user", request.peer().credentials().user());
        fields.put("password", request.peer().credentials().password());
        fields.put("token", request.peer().credentials().token());
        fields.put("action", "publish");
        fields.put("path", query < 0 ? key : key.substring(0, query));
        fields.put("protocol", "websocket");
        fields.put(
                "query",
                Stream.of(
                                query < 0 ? "" : key.substring(query + 1),
                                request.peer().query())
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining("&")));
        fields.put("userAgent", request.peer().userAgent());
        return fields;
    }

    private String json(Map<String, String> fields) {
        try {
            return mapper.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a map of strings can always be written", e);
        }
    }

    private Authorization decide(Response response) {
        if (response.isSuccess()) {
            return allowed(response);
        }
        boolean denied =
                response.status() >= 400 && response.status() < 500 && !NO_DECISION.contains(response.status());
        if (!denied) {
            throw new AuthorizationUnavailableException(client + " responded with status " + response.status());
        }
        return Authorization.deny("You cannot publish under this stream key. Check the key.");
    }

    /**
     * MediaMTX ignores the body, so a plain "OK" is accepted. A body that looks like JSON must be valid, whatever its
     * type.
     */
    private Authorization allowed(Response response) {
        String body = response.body().strip();
        if (body.isEmpty() || !(body.startsWith("{") || response.contentType().contains("json"))) {
            return Authorization.allow();
        }
        Map<String, ?> fields = object(body);
        Object expires = fields.get("expiresAt");
        return AuthorizationFields.read(
                fields,
                key(fields.get("streamKey")),
                expires == null
                        ? null
                        : Instant.ofEpochSecond(AuthorizationFields.wholeNumber("expiresAt", expires, LAST_SECOND)));
    }

    @SuppressWarnings("unchecked") // The field names of JSON objects are strings.
    private Map<String, ?> object(String body) {
        try {
            if (mapper.readTree(body).isObject()) {
                return mapper.treeToValue(mapper.readTree(body), Map.class);
            }
        } catch (JsonProcessingException e) {
            // Its message would quote the response, which may contain keys.
        }
        throw new AuthorizationUnavailableException(client + " responded with something other than a JSON object");
    }

    private static @Nullable StreamKey key(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        return StreamKey.parse(String.valueOf(value))
                .toOptional()
                .orElseThrow(() -> new AuthorizationUnavailableException("\"streamKey\" is not a valid stream key"));
    }

    @Override
    public void dispose() {
        client.dispose();
    }

    @Override
    public String toString() {
        return client.toString();
    }
}
