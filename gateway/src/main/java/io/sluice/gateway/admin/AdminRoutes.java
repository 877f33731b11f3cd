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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * {@code /api/streams}: which streams there are, one of them, and their end; and {@code /metrics}. Described in docs/openapi.yaml, to which a test holds it.
 *
 * <p>Nobody gets in without access, and no browser at all, because a page that a browser shows may reach what its user reaches.
 */
public final class AdminRoutes {

    private static final Logger LOG = LoggerFactory.getLogger(AdminRoutes.class);

    private static final String STREAMS = "/api/streams";
    private static final String METRICS = "/metrics";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String END = STREAMS + "/end";

    /** One line about refused requests in this time: who guesses tokens must not fill the disk. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    private final SessionOperations operator;
    private final AdminAccess access;
    private final @Nullable Supplier<String> metrics;
    private final AtomicLong lastRefusalNanos = new AtomicLong(System.nanoTime() - QUIET.toNanos());

    /**
     * Routes for one gateway.
     *
     * @param operator sees and ends its streams
     * @param access who may
     * @param metrics what {@code /metrics} says, in the text format of Prometheus; may block; null for no such address
     */
    public AdminRoutes(SessionOperations operator, AdminAccess access, @Nullable Supplier<String> metrics) {
        this.operator = operator;
        this.access = access;
        this.metrics = metrics;
    }

    /**
     * Adds the routes.
     *
     * @param routes where to
     * @param prefix what comes before the paths: empty, or beginning and not ending with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        routes.route(
                request -> isOurs(request.fullPath(), prefix),
                (request, response) ->
                        serve(request, response, request.fullPath().substring(prefix.length())));
    }

    private boolean isOurs(String path, String prefix) {
        return (metrics != null && path.equals(prefix + METRICS))
                || path.equals(prefix + STREAMS)
                || path.startsWith(prefix + STREAMS + "/");
    }

    private Publisher<Void> serve(HttpServerRequest request, HttpServerResponse response, String path) {
        return refusal(request)
                .switchIfEmpty(Mono.defer(() -> answer(request, path)))
                .onErrorResume(error -> {
                    LOG.error("A request to the admin API could not be answered", error);
                    return Mono.just(JsonResponse.problem(
                            HttpResponseStatus.INTERNAL_SERVER_ERROR,
                            "The gateway has a bug; its log has the details."));
                })
                .flatMap(answer -> Mono.from(answer.send(response)));
    }

    /** Empty for who may go on. */
    private Mono<JsonResponse> refusal(HttpServerRequest request) {
        HttpHeaders headers = request.requestHeaders();
        if (headers.contains(HttpHeaderNames.ORIGIN) || headers.contains("Sec-Fetch-Site")) {
            return Mono.just(denied(
                    request,
                    JsonResponse.problem(HttpResponseStatus.FORBIDDEN, "No page in a browser may use the admin API.")));
        }
        return access.allows(request)
                .defaultIfEmpty(false)
                .onErrorResume(error -> {
                    LOG.error("Who may use the admin API cannot be told, so nobody may: {}", error.toString());
                    return Mono.just(false);
                })
                .filter(allowed -> !allowed)
                .map(no -> denied(
                        request,
                        JsonResponse.problem(
                                        HttpResponseStatus.UNAUTHORIZED, "Show a token: Authorization: Bearer TOKEN.")
                                .with(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer realm=\"sluice\"")));
    }

    private JsonResponse denied(HttpServerRequest request, JsonResponse answer) {
        long last = lastRefusalNanos.get();
        long now = System.nanoTime();
        if (now - last >= QUIET.toNanos() && lastRefusalNanos.compareAndSet(last, now)) {
            LOG.warn("{} was refused at the admin API: {}", request.remoteAddress(), answer.status());
        }
        return answer;
    }

    private Mono<JsonResponse> answer(HttpServerRequest request, String path) {
        boolean reads =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        if (path.equals(STREAMS)) {
            return reads ? Mono.just(JsonResponse.json(StreamJson.list(operator.sessions()))) : notAllowed("GET, HEAD");
        }
        if (metrics != null && path.equals(METRICS)) {
            return reads ? metrics(metrics) : notAllowed("GET, HEAD");
        }
        if (path.equals(END)) {
            return request.method().equals(HttpMethod.POST) ? endByKey(request) : notAllowed("POST");
        }
        String sessionId = path.substring(STREAMS.length() + 1);
        if (request.method().equals(HttpMethod.DELETE)) {
            return end(request, sessionId);
        }
        return reads ? Mono.just(one(sessionId)) : notAllowed("GET, HEAD, DELETE");
    }

    private static Mono<JsonResponse> metrics(Supplier<String> text) {
        return Mono.fromSupplier(text)
                .subscribeOn(Schedulers.boundedElastic())
                .map(all -> JsonResponse.text(PROMETHEUS, all));
    }

    private JsonResponse one(String sessionId) {
        return operator.session(sessionId)
                .map(session -> JsonResponse.json(StreamJson.one(session)))
                .orElseGet(AdminRoutes::notThere);
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
        return operator.end(sessionId, reason)
                .doOnSubscribe(s -> operator.session(sessionId)
                        .ifPresent(known -> LOG.info("{} ends {}", request.remoteAddress(), known.sessionId())))
                .map(ended -> JsonResponse.json(statusOf(List.of(ended)), StreamJson.one(ended)))
                .defaultIfEmpty(notThere());
    }

    private Mono<JsonResponse> endByKey(HttpServerRequest request) {
        if (!HttpHeaderValues.APPLICATION_JSON.contentEqualsIgnoreCase(mediaType(request))) {
            return Mono.just(JsonResponse.problem(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "The body has to be of the type application/json."));
        }
        return RequestBody.of(request)
                .flatMap(body -> body.fold(
                        text -> EndRequest.parse(text)
                                .fold(
                                        wanted -> endByKey(request, wanted),
                                        wrong -> Mono.just(
                                                JsonResponse.problem(HttpResponseStatus.BAD_REQUEST, wrong.message()))),
                        Mono::just));
    }

    private Mono<JsonResponse> endByKey(HttpServerRequest request, EndRequest wanted) {
        LOG.info("{} ends what is live under {}", request.remoteAddress(), wanted.streamKey());
        return operator.end(wanted.streamKey(), wanted.reason())
                .collectList()
                .map(ended -> JsonResponse.json(statusOf(ended), StreamJson.list(ended)));
    }

    /** What takes longer than anybody should wait for is accepted, and not done. */
    private static HttpResponseStatus statusOf(List<SessionStatus> ended) {
        boolean done = ended.stream().allMatch(session -> session.state() == SessionState.CLOSED);
        return done ? HttpResponseStatus.OK : HttpResponseStatus.ACCEPTED;
    }

    private static String mediaType(HttpServerRequest request) {
        String type = request.requestHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
        int parameters = type.indexOf(';');
        return (parameters < 0 ? type : type.substring(0, parameters)).strip();
    }

    private static JsonResponse notThere() {
        return JsonResponse.problem(HttpResponseStatus.NOT_FOUND, "There is no such session, or it has ended.");
    }

    private static Mono<JsonResponse> notAllowed(String methods) {
        return Mono.just(
                JsonResponse.problem(HttpResponseStatus.METHOD_NOT_ALLOWED, "This address takes " + methods + " only.")
                        .with(HttpHeaderNames.ALLOW, methods));
    }
}
