package io.sluice.gateway.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** The body of a request, or the error response if it is too large or arrives too slowly. */
final class RequestBody {

    private static final int MAX_BYTES = 8 * 1_024;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final @Nullable String text;
    private final JsonResponse error;

    private RequestBody(@Nullable String text, JsonResponse error) {
        this.text = text;
        this.error = error;
    }

    /** Reads to the end of the body, but keeps no more than the allowed size. */
    static Mono<RequestBody> read(HttpServerRequest request) {
        return request.receive()
                .asByteArray()
                .reduceWith(ByteArrayOutputStream::new, RequestBody::append)
                .map(RequestBody::complete)
                .timeout(TIMEOUT, Mono.fromSupplier(RequestBody::timedOut));
    }

    private static ByteArrayOutputStream append(ByteArrayOutputStream all, byte[] piece) {
        all.write(piece, 0, Math.min(piece.length, MAX_BYTES + 1 - all.size()));
        return all;
    }

    private static RequestBody complete(ByteArrayOutputStream all) {
        return new RequestBody(
                all.size() > MAX_BYTES ? null : all.toString(StandardCharsets.UTF_8),
                JsonResponse.problem(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                        "The body is larger than " + MAX_BYTES + " bytes."));
    }

    private static RequestBody timedOut() {
        return new RequestBody(
                null,
                JsonResponse.problem(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "The body did not arrive within " + TIMEOUT.toSeconds() + " s."));
    }

    <T> T fold(Function<String, T> ifRead, Function<JsonResponse, T> ifFailed) {
        return text == null ? ifFailed.apply(error) : ifRead.apply(text);
    }
}
