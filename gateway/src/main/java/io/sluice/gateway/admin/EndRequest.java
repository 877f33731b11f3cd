package io.sluice.gateway.admin;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.protocol.FailureCode;
import io.sluice.protocol.Result;
import io.sluice.protocol.StreamKey;
import java.util.Map;

/**
 * A request to end the streams under a key. The key is in the body, because URLs end up in access logs.
 *
 * @param streamKey the key; prints redacted
 * @param reason sent to the client; may be empty
 */
record EndRequest(StreamKey streamKey, String reason) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Failure messages do not repeat the body. Unknown fields are refused, because one may be a misspelled reason. */
    static Result<EndRequest> parse(String body) {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return refused("The body is not valid JSON.");
        }
        if (!json.isObject()) {
            return refused("The body must be a JSON object with a streamKey.");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            boolean known = field.getKey().equals("streamKey") || field.getKey().equals("reason");
            if (!known || !field.getValue().isTextual()) {
                return refused("The body can have the fields streamKey and reason, both strings, and no others.");
            }
        }
        String reason = json.path("reason").asText();
        if (reason.length() > SessionOperations.MAX_REASON_LENGTH) {
            return refused("The reason is longer than " + SessionOperations.MAX_REASON_LENGTH + " characters.");
        }
        return StreamKey.parse(json.path("streamKey").asText()).map(key -> new EndRequest(key, reason));
    }

    private static Result<EndRequest> refused(String message) {
        return Result.refused(FailureCode.MALFORMED_MESSAGE, message);
    }
}
