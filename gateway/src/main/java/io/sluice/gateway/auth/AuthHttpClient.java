package io.sluice.gateway.auth;

import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.client.HttpClientResponse;
import reactor.netty.resources.ConnectionProvider;

/**
 * An HTTP client for one URL, with limits of time, response size and concurrent requests. Does not follow redirects:
 * only the configured service decides. Runs on Reactor Netty's own event loops.
 */
final class AuthHttpClient {

    private static final Duration MAX_IDLE = Duration.ofSeconds(30);

    private final ConnectionProvider connections;
    private final HttpClient client;
    private final URI uri;
    private final Duration timeout;
    private final int maxBytes;

    /** A complete response. */
    record Response(int status, String contentType, String body) {

        boolean isSuccess() {
            return status >= 200 && status < 300;
        }
    }

    /**
     * Creates a client, which connects with the first request.
     *
     * @param uri from {@link #parseUrl}
     * @param timeout for a request as a whole, including the wait for a connection
     * @param maxConcurrent how many requests can be in flight; four times as many can wait
     * @param maxBytes the largest response body
     */
    AuthHttpClient(URI uri, Duration timeout, int maxConcurrent, int maxBytes) {
        this.uri = uri;
        this.timeout = timeout;
        this.maxBytes = maxBytes;
        this.connections = ConnectionProvider.builder("sluice-auth")
                .maxConnections(maxConcurrent)
                .pendingAcquireMaxCount(maxConcurrent * 4)
                .pendingAcquireTimeout(timeout)
                .maxIdleTime(MAX_IDLE)
                .build();
        this.client = HttpClient.create(connections)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .responseTimeout(timeout)
                .headers(headers -> headers.set(HttpHeaderNames.USER_AGENT, "sluice")
                        .set(HttpHeaderNames.ACCEPT, "application/json"));
    }

    /**
     * Parses a URL.
     *
     * @param text the URL from the configuration
     * @return the URL
     * @throws IllegalArgumentException with a message for operators, which does not repeat the URL, if it is invalid
     */
    static URI parseUrl(String text) {
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (Set.of("http", "https").contains(scheme) && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Reported below, without the URL, which may contain secrets.
        }
        throw new IllegalArgumentException(
                "the URL must start with http:// or https:// and a host, without user information");
    }

    Mono<Response> get() {
        return bounded(client.get().uri(uri));
    }

    Mono<Response> post(byte[] json) {
        // Without its length the body would be chunked, which many small services read as empty.
        return bounded(client.headers(headers -> headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                        .setInt(HttpHeaderNames.CONTENT_LENGTH, json.length))
                .post()
                .uri(uri)
                .send(ByteBufFlux.fromInbound(Mono.just(json))));
    }

    /** Closes the connections; a later request would open a new one. Does not block. */
    void dispose() {
        connections.dispose();
    }

    private Mono<Response> bounded(HttpClient.ResponseReceiver<?> request) {
        return request.response((response, body) -> read(response, body))
                .single()
                .timeout(
                        timeout,
                        Mono.error(() -> new AuthorizationUnavailableException(
                                this + " did not answer within " + timeout.toMillis() + " ms")))
                .onErrorMap(
                        error -> !(error instanceof AuthorizationUnavailableException), error -> unavailable(error));
    }

    private Mono<Response> read(HttpClientResponse response, ByteBufFlux body) {
        String type = response.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
        return body.asByteArray()
                .reduceWith(ByteArrayOutputStream::new, this::append)
                .map(all -> new Response(response.status().code(), type, all.toString(StandardCharsets.UTF_8)));
    }

    private ByteArrayOutputStream append(ByteArrayOutputStream all, byte[] piece) {
        if (all.size() + piece.length > maxBytes) {
            throw new AuthorizationUnavailableException(this + " sent a response of more than " + maxBytes + " bytes");
        }
        all.writeBytes(piece);
        return all;
    }

    private AuthorizationUnavailableException unavailable(Throwable error) {
        @Nullable String message = error.getMessage();
        return new AuthorizationUnavailableException(
                this + " did not answer: " + error.getClass().getSimpleName()
                        + (message == null ? "" : ", " + message.replace(uri.toString(), "…")));
    }

    /** Scheme, host and port; the rest of the URL may be secret. */
    @Override
    public String toString() {
        return uri.getScheme() + "://" + uri.getAuthority() + "/…";
    }
}
