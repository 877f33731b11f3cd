package io.sluice.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.Set;
import java.util.function.BooleanSupplier;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * The web pages: the studio to go live and the viewer to watch; and the client library, for these and for pages of
 * other origins. Everything is served from the class path and loads nothing from elsewhere, which the content security
 * policy enforces.
 *
 * <p>Scripts, styles and images have two paths each: a plain one, which clients revalidate on each use, and one that
 * contains the version, which they may cache forever. The pages use the latter.
 */
public final class PageRoutes {

    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self'; media-src 'self' blob:; connect-src 'self' ws: wss:; "
            + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    private static final String REVALIDATE = "no-cache";
    private static final String FOREVER = "public, max-age=31536000, immutable";

    /** What pages of other origins import. Browsers load modules with CORS; isolated pages need the second header. */
    private static final Set<String> FOR_ALL_ORIGINS = Set.of("sluice.js", "sluice.js.LICENSE", "sluice.d.ts");

    private final BooleanSupplier publishes;
    private final BooleanSupplier previews;
    private final String version;

    /**
     * Routes for one gateway.
     *
     * @param publishes whether streams that start now are published by RTMP
     * @param previews whether streams that start now can be watched here
     * @param version the gateway's version, which is public
     */
    public PageRoutes(BooleanSupplier publishes, BooleanSupplier previews, String version) {
        this.publishes = publishes;
        this.previews = previews;
        this.version = version;
    }

    /**
     * Adds the routes.
     *
     * @param routes to add them to
     * @param prefix the prefix of all paths: empty, or with a leading and without a trailing slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        StaticAssets assets = StaticAssets.all();
        add(routes, prefix + "/", assets.get("index.html"), REVALIDATE, false);
        add(routes, prefix + "/watch/{key}", assets.get("watch.html"), REVALIDATE, false);
        assets.forEach((name, asset) -> {
            if (name.endsWith(".html")) {
                return;
            }
            boolean forAllOrigins = FOR_ALL_ORIGINS.contains(name);
            add(routes, prefix + "/" + name, asset, REVALIDATE, forAllOrigins);
            String versioned = assets.versioned(name);
            if (versioned != null) {
                add(routes, prefix + "/" + versioned, asset, FOREVER, forAllOrigins);
            }
        });
        GetAndHead.add(
                routes,
                prefix + "/config.json",
                (request, response) -> response.header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                        .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                        .sendString(Mono.fromSupplier(this::config)));
        if (!prefix.isEmpty()) {
            // The pages use URLs relative to their own, which must therefore end with a slash.
            GetAndHead.add(routes, prefix, (request, response) -> response.sendRedirect(prefix + "/"));
        }
    }

    /** Contains the gateway's clock, by which viewers compute the age of the displayed frame. */
    private String config() {
        return "{\"preview\":" + previews.getAsBoolean() + ",\"publish\":" + publishes.getAsBoolean()
                + ",\"version\":\"" + version + "\",\"nowMs\":" + System.currentTimeMillis() + "}";
    }

    private static void add(
            HttpServerRoutes routes, String path, StaticAsset asset, String cacheControl, boolean forAllOrigins) {
        GetAndHead.add(routes, path, (request, response) -> {
            setHeaders(response, cacheControl, forAllOrigins);
            return asset.send(request, response);
        });
    }

    private static void setHeaders(HttpServerResponse response, String cacheControl, boolean forAllOrigins) {
        response.header(HttpHeaderNames.CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .header(HttpHeaderNames.CACHE_CONTROL, cacheControl);
        if (forAllOrigins) {
            response.header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                    .header("Cross-Origin-Resource-Policy", "cross-origin");
        }
    }
}
