package io.sluice.gateway.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.sluice.gateway.output.Previews;
import io.sluice.protocol.StreamKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.netty.ByteBufFlux;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/** {@code /watch/KEY/index.m3u8} and its segments: the previews that FFmpeg writes, by percent-encoded stream key. */
public final class PreviewRoutes {

    private static final Pattern FILE = Pattern.compile("index\\.m3u8|segment\\d{1,9}\\.ts");

    private final Previews previews;
    private final Scheduler blocking;

    /**
     * Creates the routes for one gateway.
     *
     * @param previews the folders of the previews
     * @param blocking the scheduler on which files are read
     */
    public PreviewRoutes(Previews previews, Scheduler blocking) {
        this.previews = previews;
        this.blocking = blocking;
    }

    /**
     * Adds the routes.
     *
     * @param routes the server's routes
     * @param prefix prepended to the paths: empty, or starting and not ending with a slash
     */
    public void mount(HttpServerRoutes routes, String prefix) {
        routes.get(prefix + "/watch/{key}/{file}", this::serve);
    }

    private Publisher<Void> serve(HttpServerRequest request, HttpServerResponse response) {
        String name = request.param("file");
        Optional<Path> folder = key(request.param("key")).flatMap(previews::folderOf);
        if (name == null || folder.isEmpty() || !FILE.matcher(name).matches()) {
            return response.sendNotFound();
        }
        Path file = folder.get().resolve(name);
        return Mono.fromCallable(() -> Files.isReadable(file))
                .subscribeOn(blocking)
                .flatMap(readable -> readable ? send(response, file) : response.sendNotFound());
    }

    private Mono<Void> send(HttpServerResponse response, Path file) {
        boolean playlist = file.toString().endsWith(".m3u8");
        return response.header(HttpHeaderNames.CONTENT_TYPE, playlist ? "application/vnd.apple.mpegurl" : "video/mp2t")
                .header(HttpHeaderNames.CACHE_CONTROL, playlist ? "no-store" : "max-age=60")
                .header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .status(HttpResponseStatus.OK)
                .send(ByteBufFlux.fromPath(file).subscribeOn(blocking))
                .then();
    }

    private static Optional<StreamKey> key(@Nullable String encoded) {
        if (encoded == null) {
            return Optional.empty();
        }
        try {
            // In a path, unlike in a form, a plus sign is literal.
            String decoded = QueryStringDecoder.decodeComponent(encoded.replace("+", "%2B"));
            return StreamKey.parse(decoded).toOptional();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
