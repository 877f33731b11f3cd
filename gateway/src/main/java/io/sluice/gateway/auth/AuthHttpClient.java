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
 * Questions to one HTTP address: bounded in time, in size, and in how many are under way. Redirects are not followed: whoever decides stands
 * where the operator said. Runs on Reactor Netty's own loops.
 */
final class AuthHttpClient {

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final ConnectionProvider connections;
    private final HttpClient client;
    private final URI uri;
    private final Duration timeout;
    private final int maxBytes;

    /** An answer, read to its end. */
    record Answer(int status, String contentType, String body) {

        boolean isGood() {
            return status >= 200 && status < 300;
        }
    }

    /**
     * Prepares; connects with the first question.
     *
     * @param uri from {@link #address}
     * @param timeout for a whole question, the wait for a connection included
     * @param maxConcurrent how many questions may be under way; four times as many may wait
     * @param maxBytes the largest answer
     */
    AuthHttpClient(URI uri, Duration timeout, int maxConcurrent, int maxBytes) {
        this.uri = uri;
        this.timeout = timeout;
        this.maxBytes = maxBytes;
        this.connections = ConnectionProvider.builder("sluice-auth")
                .maxConnections(maxConcurrent)
                .pendingAcquireMaxCount(maxConcurrent * 4)
                .pendingAcquireTimeout(timeout)
                .maxIdleTime(IDLE)
                .build();
        this.client = HttpClient.create(connections)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeout.toMillis())
                .responseTimeout(timeout)
                .headers(headers -> headers.set(HttpHeaderNames.USER_AGENT, "sluice")
                        .set(HttpHeaderNames.ACCEPT, "application/json"));
    }

    /**
     * Reads an address.
     *
     * @param text as the operator wrote it
     * @return the address
     * @throws IllegalArgumentException with words for the operator, which do not repeat it, if it is none
     */
    static URI address(String text) {
        try {
            URI uri = new URI(text);
            String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (Set.of("http", "https").contains(scheme) && uri.getHost() != null && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException e) {
            // Said below, without what may be secret in it.
        }
        throw new IllegalArgumentException("it must be http:// or https://, a host and a path, without a user");
    }

    Mono<Answer> get() {
        return bounded(client.get().uri(uri));
    }

    Mono<Answer> post(byte[] json) {
        return bounded(client.headers(headers -> headers.set(HttpHeaderNames.CONTENT_TYPE, "application/json"))
                .post()
                .uri(uri)
                .send(ByteBufFlux.fromInbound(Mono.just(json))));
    }

    /** Closes its connections; who asks nevertheless makes it connect anew. Does not block. */
    void dispose() {
        connections.dispose();
    }

    private Mono<Answer> bounded(HttpClient.ResponseReceiver<?> asked) {
        return asked.response((response, body) -> read(response, body))
                .single()
                .timeout(
                        timeout,
                        Mono.error(() -> new AuthorizationUnavailableException(
                                this + " gives no answer within " + timeout.toMillis() + " ms")))
                .onErrorMap(error -> !(error instanceof AuthorizationUnavailableException), error -> unanswered(error));
    }

    private Mono<Answer> read(HttpClientResponse response, ByteBufFlux body) {
        String type = response.responseHeaders().get(HttpHeaderNames.CONTENT_TYPE, "");
        return body.asByteArray()
                .reduceWith(ByteArrayOutputStream::new, this::append)
                .map(all -> new Answer(response.status().code(), type, all.toString(StandardCharsets.UTF_8)));
    }

    private ByteArrayOutputStream append(ByteArrayOutputStream all, byte[] piece) {
        if (all.size() + piece.length > maxBytes) {
            throw new AuthorizationUnavailableException(this + " answers with more than " + maxBytes + " bytes");
        }
        all.writeBytes(piece);
        return all;
    }

    private AuthorizationUnavailableException unanswered(Throwable error) {
        @Nullable String words = error.getMessage();
        return new AuthorizationUnavailableException(this + " gives no answer: "
                + error.getClass().getSimpleName() + (words == null ? "" : ", " + words.replace(uri.toString(), "…")));
    }

    /** Scheme, host and port; the rest may be secret. */
    @Override
    public String toString() {
        return uri.getScheme() + "://" + uri.getAuthority() + "/…";
    }
}
