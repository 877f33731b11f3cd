package io.sluice.gateway.http;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.internal.PlatformDependent;
import io.sluice.gateway.admission.WatchGuesses;
import io.sluice.gateway.output.PreviewFile;
import io.sluice.gateway.output.Previews;
import io.sluice.protocol.StreamKey;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/**
 * {@code /watch/KEY/index.m3u8} and its segments: the previews that FFmpeg writes, by percent-encoded stream key.
 *
 * <p>Viewers have a scheduler of their own, so that they never delay anybody else. Responses are sent piece by piece;
 * their number is limited by the memory for these pieces.
 */
public final class PreviewRoutes {

    private static final Pattern FILE = Pattern.compile("index\\.m3u8|segment\\d{1,9}\\.ts");
    private static final String RETRY_AFTER_SECONDS = "2";

    /** What a client that does not read can hold: a piece, what the socket has not taken, the same encrypted. */
    private static final long BYTES_PER_RESPONSE = 4L * FileChunks.CHUNK_BYTES;

    private static final int MEMORY_SHARE = 4;
    private static final int MAX_RESPONSES = 10_000;

    private final Previews previews;
    private final Scheduler viewers;
    private final WatchGuesses guesses;
    private final Function<HttpServerRequest, Optional<InetAddress>> addresses;
    private final int maxResponses =
            (int) Math.min(MAX_RESPONSES, PlatformDependent.maxDirectMemory() / MEMORY_SHARE / BYTES_PER_RESPONSE);
    private final AtomicInteger responses = new AtomicInteger();

    /**
     * Creates the routes for one gateway.
     *
     * @param previews the folders of the previews
     * @param viewers the scheduler on which files are read; bounded
     * @param guesses limits requests for previews that do not exist
     * @param addresses determines a viewer's address, behind trusted proxies
     */
    public PreviewRoutes(
            Previews previews,
            Scheduler viewers,
            WatchGuesses guesses,
            Function<HttpServerRequest, Optional<InetAddress>> addresses) {
        this.previews = previews;
        this.viewers = viewers;
        this.guesses = guesses;
        this.addresses = addresses;
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
        InetAddress address = addresses.apply(request).orElse(null);
        StreamKey key = key(request.param("key")).orElse(null);
        if (!guesses.allows(address, key)) {
            return refuse(response, HttpResponseStatus.TOO_MANY_REQUESTS);
        }
        String name = request.param("file");
        Optional<Path> folder = Optional.ofNullable(key).flatMap(previews::folderOf);
        if (key == null
                || name == null
                || folder.isEmpty()
                || !FILE.matcher(name).matches()) {
            guesses.missed(address);
            return response.sendNotFound();
        }
        guesses.found(address, key);
        if (responses.incrementAndGet() > maxResponses) {
            responses.decrementAndGet();
            return refuse(response, HttpResponseStatus.SERVICE_UNAVAILABLE);
        }
        Path file = folder.get().resolve(name);
        return Mono.fromCallable(() -> start(file))
                .subscribeOn(viewers)
                .onErrorResume(RejectedExecutionException.class, e -> Mono.just(Optional.empty()))
                .flatMap(start -> start.isPresent()
                        ? send(request, response, file, start.get())
                        : Mono.from(response.sendNotFound()))
                .doFinally(end -> responses.decrementAndGet());
    }

    private static Optional<FileChunks.Start> start(Path file) {
        try {
            return PreviewFile.size(file).isEmpty() ? Optional.empty() : Optional.of(FileChunks.Start.of(file));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private Mono<Void> send(HttpServerRequest request, HttpServerResponse response, Path file, FileChunks.Start start) {
        boolean playlist = file.toString().endsWith(".m3u8");
        response.header(HttpHeaderNames.CONTENT_TYPE, playlist ? "application/vnd.apple.mpegurl" : "video/mp2t")
                .header(HttpHeaderNames.CACHE_CONTROL, playlist ? "no-store" : "max-age=60")
                .header(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .header(HttpHeaderNames.CONTENT_LENGTH, Long.toString(start.length()))
                .status(HttpResponseStatus.OK);
        Channel[] channel = new Channel[1];
        request.withConnection(connection -> channel[0] = connection.channel());
        return Mono.defer(() -> response.sendObject(new FileChunks(channel[0], file, start, viewers))
                        .then())
                .subscribeOn(Schedulers.fromExecutor(channel[0].eventLoop()));
    }

    private static Publisher<Void> refuse(HttpServerResponse response, HttpResponseStatus status) {
        return response.status(status)
                .header(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_SECONDS)
                .header(HttpHeaderNames.CACHE_CONTROL, "no-store")
                .send();
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
