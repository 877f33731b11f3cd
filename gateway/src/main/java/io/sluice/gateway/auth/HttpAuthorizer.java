package io.sluice.gateway.auth;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.gateway.auth.AuthHttpClient.Answer;
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
 * Asks an HTTP service. The question is the one that MediaMTX asks, so that what answers that answers this too: a POST of a JSON object
 * with {@code ip}, {@code user}, {@code password}, {@code token}, {@code action}, {@code path}, {@code protocol}, {@code id},
 * {@code query} and {@code userAgent}.
 *
 * <p>Any 2xx allows, with the terms that its body names if that is a JSON object; a 4xx refuses, but 408 and 429, which like anything else mean
 * that the service could not say. Never blocks.
 */
public final class HttpAuthorizer implements Authorizer {

    private static final int MAX_ANSWER_BYTES = 65_536;

    /** The service is too busy, or took too long over the question: that says nothing of the client. */
    private static final Set<Integer> NO_VERDICT = Set.of(408, 429);

    /** The end of the year 9999, and the most that {@link Instant} prints as people write it. */
    private static final long LAST_SECOND = 253_402_300_799L;

    /** An identifier of the form that MediaMTX sends, UUID version 8, with the session's own in it to be found in both logs. */
    private static final String ID_PREFIX = "00000000-0000-8000-8000-";

    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final AuthHttpClient exchange;
    private final AnswerCache cache;

    /**
     * Prepares; connects with the first question.
     *
     * @param url where the service is: http or https, with a host and without a user
     * @param timeout for a whole question
     * @param maxConcurrent how many questions may be under way at once; four times as many may wait, within their time
     * @param remember how long an answer holds for the very same question
     * @throws IllegalArgumentException with words for the operator if the address is none
     */
    public HttpAuthorizer(String url, Duration timeout, int maxConcurrent, Duration remember) {
        this.exchange = new AuthHttpClient(AuthHttpClient.address(url), timeout, maxConcurrent, MAX_ANSWER_BYTES);
        this.cache = new AnswerCache(remember);
    }

    @Override
    public Mono<Authorization> authorize(PublishRequest request) {
        Map<String, String> question = question(request);
        String sameQuestion = text(question);
        question.put("id", ID_PREFIX + request.sessionId());
        return cache.get(
                sameQuestion,
                exchange.post(text(question).getBytes(StandardCharsets.UTF_8)).map(this::decide));
    }

    /** All but the session's name, which makes each question another. What a key has behind its question mark is its query. */
    private static Map<String, String> question(PublishRequest request) {
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

    private String text(Map<String, String> fields) {
        try {
            return json.writeValueAsString(fields);
        } catch (JsonProcessingException e) {
            throw new AssertionError("strings always have a text", e);
        }
    }

    private Authorization decide(Answer answer) {
        if (answer.isGood()) {
            return allowed(answer);
        }
        boolean verdict = answer.status() >= 400 && answer.status() < 500 && !NO_VERDICT.contains(answer.status());
        if (!verdict) {
            throw new AuthorizationUnavailableException(exchange + " answers " + answer.status());
        }
        return Authorization.deny("You may not publish here under this stream key: check it.");
    }

    /** MediaMTX ignores the body, so a plain "OK" is as good as nothing. A body that looks like terms must be terms, whatever it is called. */
    private Authorization allowed(Answer answer) {
        String body = answer.body().strip();
        if (body.isEmpty() || !(body.startsWith("{") || answer.contentType().contains("json"))) {
            return Authorization.allow();
        }
        Map<String, ?> said = object(body);
        Object expires = said.get("expiresAt");
        return AuthorizationFields.read(
                said,
                key(said.get("streamKey")),
                expires == null
                        ? null
                        : Instant.ofEpochSecond(AuthorizationFields.whole("expiresAt", expires, LAST_SECOND)));
    }

    @SuppressWarnings("unchecked") // Jackson's objects have strings for names.
    private Map<String, ?> object(String body) {
        try {
            if (json.readTree(body).isObject()) {
                return json.treeToValue(json.readTree(body), Map.class);
            }
        } catch (JsonProcessingException e) {
            // Its words would repeat the answer, which may hold keys.
        }
        throw new AuthorizationUnavailableException(exchange + " answers with something that is no JSON object");
    }

    private static @Nullable StreamKey key(@Nullable Object said) {
        if (said == null) {
            return null;
        }
        return StreamKey.parse(String.valueOf(said))
                .toOptional()
                .orElseThrow(() -> new AuthorizationUnavailableException("\"streamKey\" is no stream key"));
    }

    @Override
    public void dispose() {
        exchange.dispose();
    }

    @Override
    public String toString() {
        return exchange.toString();
    }
}
