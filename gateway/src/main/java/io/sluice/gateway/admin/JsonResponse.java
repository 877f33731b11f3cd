package io.sluice.gateway.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A response to an admin request.
 *
 * @param status the HTTP status
 * @param contentType the content type of the body
 * @param body the body
 * @param headers additional headers
 */
record JsonResponse(HttpResponseStatus status, String contentType, String body, Map<String, String> headers) {

    static JsonResponse json(JsonNode body) {
        return json(HttpResponseStatus.OK, body);
    }

    static JsonResponse json(HttpResponseStatus status, JsonNode body) {
        return new JsonResponse(status, "application/json", body.toString(), Map.of());
    }

    static JsonResponse text(String contentType, String body) {
        return new JsonResponse(HttpResponseStatus.OK, contentType, body, Map.of());
    }

    /** Problem details as in RFC 9457, without a problem type beyond the status. */
    static JsonResponse problem(HttpResponseStatus status, String detail) {
        JsonNode body = JsonNodeFactory.instance
                .objectNode()
                .put("title", status.reasonPhrase())
                .put("status", status.code())
                .put("detail", detail);
        return new JsonResponse(status, "application/problem+json", body.toString(), Map.of());
    }

    JsonResponse with(CharSequence header, String value) {
        return new JsonResponse(status, contentType, body, Map.of(header.toString(), value));
    }

    Publisher<Void> send(HttpServerResponse response) {
        headers.forEach(response::header);
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, contentType)
                .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .header("X-Content-Type-Options", "nosniff")
                .sendString(Mono.just(body));
    }
}
