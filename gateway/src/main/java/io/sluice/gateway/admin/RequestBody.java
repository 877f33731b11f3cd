package io.sluice.gateway.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;

/** The body of a request, or the answer to one that is too long or takes too long. */
final class RequestBody {

    private static final int MAX_BYTES = 8 * 1_024;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final @Nullable String text;
    private final JsonResponse refusal;

    private RequestBody(@Nullable String text, JsonResponse refusal) {
        this.text = text;
        this.refusal = refusal;
    }

    /** Reads it to its end, and keeps no more of it than is allowed. */
    static Mono<RequestBody> of(HttpServerRequest request) {
        return request.receive()
                .asByteArray()
                .reduceWith(ByteArrayOutputStream::new, RequestBody::append)
                .map(RequestBody::read)
                .timeout(TIMEOUT, Mono.fromSupplier(RequestBody::late));
    }

    private static ByteArrayOutputStream append(ByteArrayOutputStream all, byte[] piece) {
        all.write(piece, 0, Math.min(piece.length, MAX_BYTES + 1 - all.size()));
        return all;
    }

    private static RequestBody read(ByteArrayOutputStream all) {
        return new RequestBody(
                all.size() > MAX_BYTES ? null : all.toString(StandardCharsets.UTF_8),
                JsonResponse.problem(
                        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                        "The body has more than " + MAX_BYTES + " bytes."));
    }

    private static RequestBody late() {
        return new RequestBody(
                null,
                JsonResponse.problem(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "The body did not come within " + TIMEOUT.toSeconds() + " s."));
    }

    <T> T fold(Function<String, T> ifRead, Function<JsonResponse, T> ifRefused) {
        return text == null ? ifRefused.apply(refusal) : ifRead.apply(text);
    }
}
