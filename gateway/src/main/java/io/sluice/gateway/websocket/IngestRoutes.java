package io.sluice.gateway.websocket;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketVersion;
import io.sluice.gateway.session.SessionContext;
import io.sluice.gateway.session.StreamSession;
import io.sluice.protocol.ControlCodec;
import io.sluice.protocol.Failure;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.http.websocket.WebsocketInbound;

/**
 * The ways in: negotiated and plain at {@code /ingest}, and at {@code /api/v0/stream} the one that pxy's page speaks.
 *
 * <p>A refusal is told over the WebSocket, after the upgrade, because a browser shows its page no status of an upgrade that was refused.
 * An HTTP status answers only who could not hold a WebSocket conversation with this gateway at all.
 */
public final class IngestRoutes {

    private static final String NEGOTIATED = "sluice.v1";
    private static final String PXY = "streamKey";

    private final Supplier<IngestSettings> current;
    private final Supplier<Optional<Failure>> refusal;
    private final ControlCodec codec = new ControlCodec();

    /**
     * Routes for one gateway.
     *
     * @param current asked by each connection for the terms that hold for it
     * @param refusal why no new streams are accepted, or empty if they are
     */
    public IngestRoutes(Supplier<IngestSettings> current, Supplier<Optional<Failure>> refusal) {
        this.current = current;
        this.refusal = refusal;
    }

    /**
     * Adds the routes.
     *
     * @param routes where to
     * @param prefix what comes before the paths: empty, or beginning and not ending with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        routes.get(prefix + "/ingest", this::ingest);
        routes.get(prefix + "/api/v0/stream", this::pxy);
    }

    /** Makes the session for a connection, once it is known that the client may hold one. */
    private interface Entrance {
        StreamSession enter(SessionContext context, ClientWriter client);
    }

    private Publisher<Void> ingest(HttpServerRequest request, HttpServerResponse response) {
        Map<String, List<String>> query = new QueryStringDecoder(request.uri()).parameters();
        String key = first(query, "streamKey");
        List<String> offered = subprotocols(request);
        if (offered.contains(NEGOTIATED)) {
            return upgrade(
                    request, response, NEGOTIATED, (context, client) -> StreamSession.negotiated(context, client, key));
        }
        if (!offered.isEmpty()) {
            return refuse(
                    response,
                    HttpResponseStatus.BAD_REQUEST,
                    "Of the WebSocket subprotocols this gateway speaks " + NEGOTIATED
                            + " only; offer that, or none to send media from the first byte on.");
        }
        String mimeType = first(query, "mimeType");
        return upgrade(
                request, response, null, (context, client) -> StreamSession.plain(context, client, key, mimeType));
    }

    /** The key stands in the list of subprotocols: the name {@code streamKey}, then the key itself. */
    private Publisher<Void> pxy(HttpServerRequest request, HttpServerResponse response) {
        List<String> offered = subprotocols(request);
        if (!offered.contains(PXY)) {
            return refuse(
                    response,
                    HttpResponseStatus.BAD_REQUEST,
                    "Offer the WebSocket subprotocols streamKey and the key itself, or publish at /ingest.");
        }
        int next = offered.indexOf(PXY) + 1;
        String key = next < offered.size() ? offered.get(next) : null;
        return upgrade(request, response, PXY, (context, client) -> StreamSession.plain(context, client, key, null));
    }

    private Publisher<Void> upgrade(
            HttpServerRequest request, HttpServerResponse response, @Nullable String subprotocol, Entrance entrance) {
        String version = request.requestHeaders().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
        boolean upgrade =
                request.requestHeaders().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
        if (!upgrade || !WebSocketVersion.V13.toHttpHeaderValue().equals(version)) {
            response.header(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .header(HttpHeaderNames.SEC_WEBSOCKET_VERSION, WebSocketVersion.V13.toHttpHeaderValue());
            return refuse(
                    response,
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "This address takes WebSocket connections (version 13) only.");
        }
        IngestSettings terms = current.get();
        WebsocketServerSpec.Builder spec = WebsocketServerSpec.builder()
                .maxFramePayloadLength(terms.context().limits().maxMessageBytes())
                // Reactor Netty's own answer to pings reads on regardless of demand, and so goes round every bound.
                .handlePing(true);
        if (subprotocol != null) {
            spec.protocols(subprotocol);
        }
        boolean speaksJson = NEGOTIATED.equals(subprotocol);
        ClientRequest arrival = new ClientRequestResolver(terms.proxies(), terms.proxyHeader()).of(request);
        return response.sendWebsocket((in, out) -> converse(in, terms, arrival, speaksJson, entrance), spec.build());
    }

    private Mono<Void> converse(
            WebsocketInbound in, IngestSettings terms, ClientRequest arrival, boolean speaksJson, Entrance entrance) {
        SessionContext context = terms.context();
        Connection[] connection = new Connection[1];
        in.withConnection(c -> connection[0] = c);
        Channel channel = connection[0].channel();
        channel.pipeline()
                .replace(
                        StreamingFrameDecoder.NETTY_DECODER,
                        StreamingFrameDecoder.NETTY_DECODER,
                        new StreamingFrameDecoder(
                                context.limits().maxMessageBytes(),
                                new FrameRateLimiter(context.streamLimits(), System.nanoTime())));
        ClientWriter client = new ClientWriter(channel, arrival.peer(), codec, speaksJson);
        StreamSession session = refusal(terms.origins(), arrival)
                .map(failure -> StreamSession.refused(context, client, failure))
                .orElseGet(() -> entrance.enter(context, client));
        in.receiveFrames().subscribe(new FrameReceiver(session.ingest(), client, codec));
        // Completing earlier would make Reactor Netty close the connection.
        return connection[0].onDispose();
    }

    private Optional<Failure> refusal(OriginPolicy origins, ClientRequest arrival) {
        return refusal.get().or(() -> origins.refusal(arrival));
    }

    private static List<String> subprotocols(HttpServerRequest request) {
        return request.requestHeaders().getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(header -> Arrays.stream(header.split(",")))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    private static @Nullable String first(Map<String, List<String>> query, String name) {
        List<String> values = query.getOrDefault(name, List.of());
        return values.isEmpty() ? null : values.get(0);
    }

    private static Publisher<Void> refuse(HttpServerResponse response, HttpResponseStatus status, String words) {
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .sendString(Mono.just(words + "\n"));
    }
}
