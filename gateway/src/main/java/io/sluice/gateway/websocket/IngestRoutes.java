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
 * The endpoints for publishers: negotiated and plain at {@code /ingest}, and at {@code /api/v0/stream} the protocol of
 * pxy's page.
 *
 * <p>Refusals are sent over the WebSocket, after the upgrade, because browsers do not reveal the HTTP status of a
 * refused upgrade to the page. Only requests that are not a valid WebSocket upgrade receive an HTTP status.
 */
public final class IngestRoutes {

    private static final String NEGOTIATED = "sluice.v1";
    private static final String PXY = "streamKey";

    private final Supplier<IngestSettings> current;
    private final Supplier<Optional<Failure>> shutdown;
    private final ControlCodec codec = new ControlCodec();

    /**
     * Creates the routes for one gateway.
     *
     * @param current supplies the settings for each new connection
     * @param shutdown supplies the failure for new connections during shutdown; empty otherwise
     */
    public IngestRoutes(Supplier<IngestSettings> current, Supplier<Optional<Failure>> shutdown) {
        this.current = current;
        this.shutdown = shutdown;
    }

    /**
     * Adds the routes.
     *
     * @param routes the server's routes
     * @param prefix prepended to the paths: empty, or starting and not ending with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        routes.get(prefix + "/ingest", this::ingest);
        routes.get(prefix + "/api/v0/stream", this::pxy);
    }

    /** Creates the session for a connection. */
    private interface SessionFactory {
        StreamSession create(SessionContext context, ClientWriter client);
    }

    private Publisher<Void> ingest(HttpServerRequest request, HttpServerResponse response) {
        Map<String, List<String>> query = new QueryStringDecoder(request.uri()).parameters();
        String key = first(query, "streamKey");
        List<String> offered = subprotocols(request);
        if (offered.contains(NEGOTIATED)) {
            return upgrade(
                    request,
                    response,
                    NEGOTIATED,
                    (context, client) -> StreamSession.negotiated(context, client, key, shutdown));
        }
        if (!offered.isEmpty()) {
            return refuse(
                    response,
                    HttpResponseStatus.BAD_REQUEST,
                    "Unsupported WebSocket subprotocol. Offer " + NEGOTIATED
                            + ", or none to send media from the first byte.");
        }
        String mimeType = first(query, "mimeType");
        return upgrade(
                request, response, null, (context, client) -> StreamSession.plain(context, client, key, mimeType));
    }

    /** The list of subprotocols contains {@code streamKey}, followed by the key itself. */
    private Publisher<Void> pxy(HttpServerRequest request, HttpServerResponse response) {
        List<String> offered = subprotocols(request);
        if (!offered.contains(PXY)) {
            return refuse(
                    response,
                    HttpResponseStatus.BAD_REQUEST,
                    "Offer the WebSocket subprotocols streamKey and the key itself, or use /ingest.");
        }
        int next = offered.indexOf(PXY) + 1;
        String key = next < offered.size() ? offered.get(next) : null;
        return upgrade(request, response, PXY, (context, client) -> StreamSession.plain(context, client, key, null));
    }

    private Publisher<Void> upgrade(
            HttpServerRequest request,
            HttpServerResponse response,
            @Nullable String subprotocol,
            SessionFactory sessions) {
        String version = request.requestHeaders().get(HttpHeaderNames.SEC_WEBSOCKET_VERSION);
        boolean isUpgrade =
                request.requestHeaders().containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
        if (!isUpgrade || !WebSocketVersion.V13.toHttpHeaderValue().equals(version)) {
            response.header(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
                    .header(HttpHeaderNames.SEC_WEBSOCKET_VERSION, WebSocketVersion.V13.toHttpHeaderValue());
            return refuse(
                    response,
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    "This endpoint accepts only WebSocket connections (version 13).");
        }
        IngestSettings settings = current.get();
        WebsocketServerSpec.Builder spec = WebsocketServerSpec.builder()
                .maxFramePayloadLength(settings.context().limits().buffers().maxMessageBytes())
                // Reactor Netty's own ping handling keeps reading regardless of demand, which would bypass every limit.
                .handlePing(true);
        if (subprotocol != null) {
            spec.protocols(subprotocol);
        }
        boolean negotiated = NEGOTIATED.equals(subprotocol);
        ClientRequest clientRequest =
                new ClientRequestResolver(settings.proxies(), settings.proxyHeader()).resolve(request);
        return response.sendWebsocket(
                (in, out) -> serve(in, settings, clientRequest, negotiated, sessions), spec.build());
    }

    private Mono<Void> serve(
            WebsocketInbound in,
            IngestSettings settings,
            ClientRequest request,
            boolean negotiated,
            SessionFactory sessions) {
        SessionContext context = settings.context();
        Connection[] connection = new Connection[1];
        in.withConnection(c -> connection[0] = c);
        Channel channel = connection[0].channel();
        StreamingFrameDecoder decoder = new StreamingFrameDecoder(
                context.limits().buffers().maxMessageBytes(),
                new FrameRateLimiter(context.limits().rates(), System.nanoTime()));
        channel.pipeline().replace(StreamingFrameDecoder.NETTY_DECODER, StreamingFrameDecoder.NETTY_DECODER, decoder);
        ClientWriter client = new ClientWriter(channel, request.peer(), codec, negotiated);
        StreamSession session = refusal(settings.origins(), request, negotiated)
                .map(failure -> StreamSession.refused(context, client, failure))
                .orElseGet(() -> sessions.create(context, client));
        client.deliverTo(session.ingest());
        in.receiveFrames().subscribe(new FrameReceiver(decoder, client, codec));
        // Completing earlier would make Reactor Netty close the connection.
        return connection[0].onDispose();
    }

    /**
     * During a shutdown, negotiated clients can still resume the streams that there are; their session refuses the
     * rest.
     */
    private Optional<Failure> refusal(OriginPolicy origins, ClientRequest request, boolean negotiated) {
        Optional<Failure> refusal = negotiated ? Optional.empty() : shutdown.get();
        return refusal.or(() -> origins.refusal(request));
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

    private static Publisher<Void> refuse(HttpServerResponse response, HttpResponseStatus status, String message) {
        return response.status(status)
                .header(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                .sendString(Mono.just(message + "\n"));
    }
}
