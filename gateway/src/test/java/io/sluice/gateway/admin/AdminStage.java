package io.sluice.gateway.admin;

import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.GatewayStage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.LoopResources;

/** A gateway with an admin listener on its own event loop, under a prefix, as in an embedding application. */
final class AdminStage implements AutoCloseable {

    static final String TOKEN = "a-token-that-cannot-be-guessed";
    static final String METERS = "sluice_ready 1.0\n";
    static final String PREFIX = "/operators";

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final GatewayStage gateway;
    private final LoopResources loop = LoopResources.create("operators", 1, true);
    private final DisposableServer server;
    private final Path tokens;

    AdminStage(Path folder, UnaryOperator<GatewayBuilder> configure) {
        gateway = GatewayStage.start(configure);
        try {
            tokens = Files.writeString(folder.resolve("tokens"), TOKEN + "\n");
            TokenFile access = TokenFile.reading(tokens);
            server = HttpServer.create()
                    .host("127.0.0.1")
                    .port(0)
                    .runOn(loop)
                    .route(routes -> gateway.mountAdmin(routes, PREFIX, access, () -> METERS))
                    .bindNow(GatewayStage.PATIENCE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    GatewayStage gateway() {
        return gateway;
    }

    int port() {
        return server.port();
    }

    void tokens(String text) throws IOException {
        Files.writeString(tokens, text);
    }

    void noTokens() throws IOException {
        Files.delete(tokens);
    }

    /** A request with the token. */
    HttpRequest.Builder request(String path) {
        return unauthorized(path).header("Authorization", "Bearer " + TOKEN);
    }

    /** A request without a token. */
    HttpRequest.Builder unauthorized(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + PREFIX + path))
                .timeout(GatewayStage.PATIENCE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        server.disposeNow(GatewayStage.PATIENCE);
        loop.disposeLater(Duration.ZERO, GatewayStage.PATIENCE).block(GatewayStage.PATIENCE);
        gateway.close();
    }
}
