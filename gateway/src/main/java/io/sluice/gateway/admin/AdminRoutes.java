package io.sluice.gateway.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.sluice.gateway.operations.SessionOperations;
import io.sluice.gateway.session.SessionState;
import io.sluice.gateway.session.SessionStatus;
import io.sluice.gateway.threads.BlockingPool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * {@code /api/streams}, to list and end streams, and {@code /metrics}. Described in docs/openapi.yaml; a test compares
 * the two.
 *
 * <p>Every request needs access. Requests from web pages are always denied, because a page can reach every host that
 * its user can reach.
 */
public final class AdminRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(AdminRoutes.class);

    private static final String STREAMS = "/api/streams";
    private static final String METRICS = "/metrics";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String END = STREAMS + "/end";

    /** At most one log line about denied requests in this time: guessing tokens must not fill the disk. */
    private static final Duration DENIAL_LOG_INTERVAL = Duration.ofSeconds(1);

    private static final int MAX_WAITING_SCRAPES = 32;

    private final SessionOperations operations;
    private final AdminAccess access;
    private final @Nullable Supplier<String> metrics;
    private final BlockingPool scrapes = new BlockingPool("sluice-metrics", 1, MAX_WAITING_SCRAPES);
    private final AtomicLong lastDenialLogNanos = new AtomicLong(System.nanoTime() - DENIAL_LOG_INTERVAL.toNanos());

    /**
     * Creates the routes for one gateway.
     *
     * @param operations the gateway's sessions
     * @param access decides who can use the routes
     * @param metrics supplies the response of {@code /metrics} in the Prometheus text format; may block; null for no
     *     metrics
     */
    public AdminRoutes(SessionOperations operations, AdminAccess access, @Nullable Supplier<String> metrics) {
        this.operations = operations;
        this.access = access;
        this.metrics = metrics;
    }

    /**
     * Adds the routes.
     *
     * @param routes the server's routes
     * @param prefix prepended to the paths: empty, or starting and not ending with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        routes.route(
                request -> matches(request.fullPath(), prefix),
                (request, response) ->
                        serve(request, response, request.fullPath().substring(prefix.length())));
    }

    private boolean matches(String path, String prefix) {
        return (metrics != null && path.equals(prefix + METRICS))
                || path.equals(prefix + STREAMS)
                || path.startsWith(prefix + STREAMS + "/");
    }

    private Publisher<Void> serve(HttpServerRequest request, HttpServerResponse response, String path) {
        return denial(request)
                .switchIfEmpty(Mono.defer(() -> answer(request, path)))
                .onErrorResume(error -> {
                    LOG.error("Admin API request failed", error);
                    return Mono.just(JsonResponse.problem(
                            HttpResponseStatus.INTERNAL_SERVER_ERROR,
                            "Internal error; the gateway's log has the details."));
                })
                .flatMap(answer -> Mono.from(answer.send(response)));
    }

    /** Empty if the request is allowed. */
    private Mono<JsonResponse> denial(HttpServerRequest request) {
        HttpHeaders headers = request.requestHeaders();
        if (headers.contains(HttpHeaderNames.ORIGIN) || headers.contains("Sec-Fetch-Site")) {
            return Mono.just(logged(
                    request,
                    JsonResponse.problem(HttpResponseStatus.FORBIDDEN, "Web pages cannot use the admin API.")));
        }
        return access.allows(request)
                .defaultIfEmpty(false)
                .onErrorResume(error -> {
                    LOG.error("Cannot check access to the admin API; the request is denied: {}", error.toString());
                    return Mono.just(false);
                })
                .filter(allowed -> !allowed)
                .map(no -> logged(
                        request,
                        JsonResponse.problem(
                                        HttpResponseStatus.UNAUTHORIZED,
                                        "A token is required. Send Authorization: Bearer TOKEN.")
                                .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"sluice\"")));
    }

    private JsonResponse logged(HttpServerRequest request, JsonResponse response) {
        long last = lastDenialLogNanos.get();
        long now = System.nanoTime();
        if (now - last >= DENIAL_LOG_INTERVAL.toNanos() && lastDenialLogNanos.compareAndSet(last, now)) {
            LOG.warn("Admin API request from {} denied: {}", request.remoteAddress(), response.status());
        }
        return response;
    }

    private Mono<JsonResponse> answer(HttpServerRequest request, String path) {
        boolean isRead =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (path.equals(STREAMS)) {
            return isRead
                    ? Mono.just(JsonResponse.json(StreamJson.list(operations.sessions())))
                    : notAllowed("GET, HEAD");
        }
        if (metrics != null && path.equals(METRICS)) {
            return isRead ? metrics(metrics) : notAllowed("GET, HEAD");
        }
        if (path.equals(END)) {
            return request.method().equals(HttpMethod.POST) ? endByKey(request) : notAllowed("POST");
        }
        String sessionId = path.substring(STREAMS.length() + 1);
        if (request.method().equals(HttpMethod.DELETE)) {
            return end(request, sessionId);
        }
        return isRead ? Mono.just(one(sessionId)) : notAllowed("GET, HEAD, DELETE");
    }

    private Mono<JsonResponse> metrics(Supplier<String> text) {
        return scrapes.call(text::get)
                .map(body -> JsonResponse.text(PROMETHEUS, body))
                .onErrorResume(
                        RejectedExecutionException.class,
                        error -> Mono.just(JsonResponse.problem(
                                HttpResponseStatus.SERVICE_UNAVAILABLE,
                                "Too many requests for metrics are waiting; ask less often.")));
    }

    private JsonResponse one(String sessionId) {
        return operations
                .session(sessionId)
                .map(session -> JsonResponse.json(StreamJson.one(session)))
                .orElseGet(AdminRoutes::notFound);
    }

    private Mono<JsonResponse> end(HttpServerRequest request, String sessionId) {
        List<String> reasons =
                new QueryStringDecoder(request.uri()).parameters().getOrDefault("reason", List.of());
        String reason = reasons.isEmpty() ? "" : reasons.get(0);
        if (reason.length() > SessionOperations.MAX_REASON_LENGTH) {
            return Mono.just(JsonResponse.problem(
                    HttpResponseStatus.BAD_REQUEST,
                    "The reason is longer than " + SessionOperations.MAX_REASON_LENGTH + " characters."));
        }
        return operations
                .end(sessionId, reason)
                .doOnSubscribe(s -> operations
                        .session(sessionId)
                        .ifPresent(known -> LOG.info(
                                "Ending session {} on request of {}", known.sessionId(), request.remoteAddress())))
                .map(ended -> JsonResponse.json(statusOf(List.of(ended)), StreamJson.one(ended)))
                .defaultIfEmpty(notFound());
    }

    private Mono<JsonResponse> endByKey(HttpServerRequest request) {
        if (!HttpHeaderValues.APPLICATION_JSON.contentEqualsIgnoreCase(mediaType(request))) {
            return Mono.just(JsonResponse.problem(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                    "The content type of the body must be application/json."));
        }
        return RequestBody.read(request)
                .flatMap(body -> body.fold(
                        text -> EndRequest.parse(text)
                                .fold(
                                        endRequest -> endByKey(request, endRequest),
                                        failure -> Mono.just(JsonResponse.problem(
                                                HttpResponseStatus.BAD_REQUEST, failure.message()))),
                        Mono::just));
    }

    private Mono<JsonResponse> endByKey(HttpServerRequest request, EndRequest endRequest) {
        LOG.info("Ending streams under {} on request of {}", endRequest.streamKey(), request.remoteAddress());
        return operations
                .end(endRequest.streamKey(), endRequest.reason())
                .collectList()
                .map(ended -> JsonResponse.json(statusOf(ended), StreamJson.list(ended)));
    }

    /** A stream that has not ended within the timeout is accepted (202), not done (200). */
    private static HttpResponseStatus statusOf(List<SessionStatus> ended) {
        boolean done = ended.stream().allMatch(session -> session.state() == SessionState.CLOSED);
        return done ? HttpResponseStatus.OK : HttpResponseStatus.ACCEPTED;
    }

    private static String mediaType(HttpServerRequest request) {
        String type = request.requestHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters)).strip();
    }

    private static JsonResponse notFound() {
        return JsonResponse.problem(HttpResponseStatus.NOT_FOUND, "There is no such session, or it has ended.");
    }

    private static Mono<JsonResponse> notAllowed(String methods) {
        return Mono.just(
                JsonResponse.problem(HttpResponseStatus.METHOD_NOT_ALLOWED, "Method not allowed. Use " + methods + ".")
                        .with(HttpHeaderNames.ALLOW, methods));
    }
}
