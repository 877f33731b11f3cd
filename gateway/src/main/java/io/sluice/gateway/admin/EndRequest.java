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
 * Which stream is to be ended, by its key. The key stands in the body, because addresses end up in access logs.
 *
 * @param streamKey the key; prints redacted
 * @param reason words for the client; may be empty
 */
record EndRequest(StreamKey streamKey, String reason) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Refused with words that repeat nothing of the body. A field that is not known is refused too: it may be a reason, misspelt. */
    static Result<EndRequest> parse(String body) {
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return refused("The body is not JSON.");
        }
        if (!json.isObject()) {
            return refused("The body is not a JSON object with a streamKey.");
        }
        for (Map.Entry<String, JsonNode> field : json.properties()) {
            boolean known = field.getKey().equals("streamKey") || field.getKey().equals("reason");
            if (!known || !field.getValue().isTextual()) {
                return refused("The body may have the fields streamKey and reason, both of them text, and no others.");
            }
        }
        String reason = json.path("reason").asText();
        if (reason.length() > SessionOperations.MAX_REASON_LENGTH) {
            return refused("The reason is longer than " + SessionOperations.MAX_REASON_LENGTH + " characters.");
        }
        return StreamKey.parse(json.path("streamKey").asText()).map(key -> new EndRequest(key, reason));
    }

    private static Result<EndRequest> refused(String words) {
        return Result.refused(FailureCode.MALFORMED_MESSAGE, words);
    }
}
