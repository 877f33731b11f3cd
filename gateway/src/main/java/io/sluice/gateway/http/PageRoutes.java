package io.sluice.gateway.http;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * The pages: one that goes live, one that watches; and the library that both they and pages of other origins go live with. All of it comes from the class path, is read once, and asks nobody else for anything;
 * the content security policy holds it to that.
 */
public final class PageRoutes {

    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self'; media-src 'self' blob:; connect-src 'self' ws: wss:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final String FOLDER = "/io/sluice/gateway/web/";
    private static final Map<String, String> ASSETS = Map.of(
            "app.js", "text/javascript; charset=utf-8",
            "watch.js", "text/javascript; charset=utf-8",
            "hls.js", "text/javascript; charset=utf-8",
            "hls.js.LICENSE", "text/plain; charset=utf-8",
            "sluice.js", "text/javascript; charset=utf-8",
            "sluice.js.LICENSE", "text/plain; charset=utf-8",
            "style.css", "text/css; charset=utf-8",
            "studio.css", "text/css; charset=utf-8",
            "watch.css", "text/css; charset=utf-8",
            "icon.svg", "image/svg+xml");
    /** What pages of other origins import; browsers fetch modules with CORS, and isolated pages want the other header too. */
    private static final Set<String> FOR_ALL_ORIGINS = Set.of("sluice.js", "sluice.js.LICENSE");

    private static final String HTML = "text/html; charset=utf-8";

    private final BooleanSupplier publishes;
    private final BooleanSupplier previews;
    private final String version;

    /**
     * Routes for one gateway.
     *
     * @param publishes whether streams that begin now go to RTMP
     * @param previews whether streams that begin now can be watched here
     * @param version shown to whoever asks
     */
    public PageRoutes(BooleanSupplier publishes, BooleanSupplier previews, String version) {
        this.publishes = publishes;
        this.previews = previews;
        this.version = version;
    }

    /**
     * Adds the routes.
     *
     * @param routes where to
     * @param prefix what comes before the paths: empty, or beginning and not ending with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        add(routes, prefix + "/", "index.html", HTML);
        add(routes, prefix + "/watch/{key}", "watch.html", HTML);
        ASSETS.forEach((name, type) -> add(routes, prefix + "/" + name, name, type));
        GetAndHead.add(
                routes,
                prefix + "/config.json",
                (request, response) -> response.header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                        .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .sendString(Mono.fromSupplier(this::config)));
        if (!prefix.isEmpty()) {
            // The pages name everything relative to their own address, which therefore has to end with a slash.
            GetAndHead.add(routes, prefix, (request, response) -> response.sendRedirect(prefix + "/"));
        }
    }

    /** With the gateway's clock, against which viewers tell how old the picture is that they see. */
    private String config() {
        return "{\"preview\":" + previews.getAsBoolean() + ",\"publish\":" + publishes.getAsBoolean()
                + ",\"version\":\"" + version + "\",\"nowMs\":" + System.currentTimeMillis() + "}";
    }

    private static void add(HttpServerRoutes routes, String path, String file, String type) {
        byte[] content = read(file);
        String tag = "\"" + Integer.toHexString(Arrays.hashCode(content)) + "-" + content.length + "\"";
        boolean forAllOrigins = FOR_ALL_ORIGINS.contains(file);
        GetAndHead.add(routes, path, (request, response) -> {
            if (forAllOrigins) {
                response.header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                        .header("Cross-Origin-Resource-Policy", "cross-origin");
            }
            return send(request, response, content, type, tag);
        });
    }

    private static Publisher<Void> send(
            HttpServerRequest request, HttpServerResponse response, byte[] content, String type, String tag) {
        response.header(HttpHeaderNames.CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header(HttpHeaderNames.CACHE_CONTROL, "no-cache")
                .header(HttpHeaderNames.ETAG, tag);
        if (tag.equals(request.requestHeaders().get(HttpHeaderNames.IF_NONE_MATCH))) {
            return response.status(HttpResponseStatus.NOT_MODIFIED).send();
        }
        return response.header(HttpHeaderNames.CONTENT_TYPE, type)
                .header(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(content.length))
                .send(Mono.fromSupplier(() -> Unpooled.wrappedBuffer(content)));
    }

    private static byte[] read(String file) {
        try (InputStream stream = PageRoutes.class.getResourceAsStream(FOLDER + file)) {
            if (stream == null) {
                throw new IllegalStateException(
                        "the page " + file + " is not on the class path: build the gateway with Maven");
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
