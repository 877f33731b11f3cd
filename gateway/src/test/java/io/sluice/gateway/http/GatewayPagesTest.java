package io.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.guards.NoBufferLeaks;
import io.sluice.gateway.websocket.RawWebSocket;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's responses to plain HTTP requests, under a prefix, as in an embedding server. */
@ExtendWith(NoBufferLeaks.class)
class GatewayPagesTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final GatewayStage STAGE = GatewayStage.start(builder -> builder);

    @AfterAll
    static void close() {
        STAGE.close();
    }

    private static HttpResponse<String> get(String path, String... headers) {
        return get(STAGE, path, headers);
    }

    private static HttpResponse<String> get(GatewayStage stage, String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + stage.port() + GatewayStage.PREFIX + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/", "/watch/k-1", "/app.js", "/sluice.d.ts", "/config.json", "/health/live", "/health/ready"})
    void aHeadRequestGetsNoBody(String path) throws IOException, InterruptedException {
        HttpRequest head = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + STAGE.port() + GatewayStage.PREFIX + path))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = HTTP.send(head, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
        assertThat(header(answer, "content-type")).isEqualTo(header(get(path), "content-type"));
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    @ParameterizedTest
    @CsvSource({
        "/,          text/html",
        "/watch/k-1, text/html",
        "/app.js,    text/javascript",
        "/watch.js,  text/javascript",
        "/hls.js,    text/javascript",
        "/sluice.js, text/javascript",
        "/sluice.d.ts, application/typescript",
        "/style.css, text/css",
        "/studio.css, text/css",
        "/watch.css, text/css",
        "/icon.svg,  image/svg+xml",
    })
    void thePagesMayNotLoadAnythingFromOtherOrigins(String path, String type) {
        HttpResponse<String> page = get(path);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).isNotBlank();
        assertThat(header(page, "content-type")).startsWith(type);
        assertThat(header(page, "content-security-policy"))
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(header(page, "x-content-type-options")).isEqualTo("nosniff");
        assertThat(get(path, "If-None-Match", header(page, "etag")).statusCode())
                .isEqualTo(304);
    }

    @Test
    void pagesOfAnyOriginCanImportOnlyTheLibrary() {
        HttpResponse<String> library = get("/sluice.js", "Origin", "https://elsewhere.example");
        assertThat(header(library, "access-control-allow-origin")).isEqualTo("*");
        assertThat(header(library, "cross-origin-resource-policy")).isEqualTo("cross-origin");
        assertThat(library.body()).contains("sluice.js.LICENSE").doesNotContain("sourceMappingURL");
        HttpResponse<String> again = get("/sluice.js", "If-None-Match", header(library, "etag"));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(header(again, "access-control-allow-origin")).isEqualTo("*");
        HttpResponse<String> page = get("/app.js", "Origin", "https://elsewhere.example");
        assertThat(header(page, "access-control-allow-origin")).isEmpty();
    }

    @Test
    void theLibrariesNameTheirLicences() {
        assertThat(get("/sluice.js.LICENSE").body()).contains("mediabunny", "Mozilla Public License", "Source Code");
        assertThat(get("/hls.js.LICENSE").body()).contains("Apache License");
    }

    @Test
    void thePagesUseRelativeUrls() {
        assertThat(get("/").body()).doesNotContainPattern("(src|href)=\"(/|https?:)");
        assertThat(get("/watch/k-1").body()).doesNotContainPattern("(src|href)=\"(/|https?:)");
        HttpResponse<String> bare = get("");
        assertThat(bare.statusCode()).isEqualTo(302);
        assertThat(header(bare, "location")).endsWith(GatewayStage.PREFIX + "/");
    }

    @Test
    void theConfigurationDescribesTheOutputs() {
        assertThat(get("/config.json").body())
                .contains("\"preview\":true", "\"publish\":false", "\"version\":\"")
                .containsPattern("\"nowMs\":\\d{13}}");
        try (GatewayStage publishing =
                GatewayStage.start(builder -> builder.publishTo("rtmp://127.0.0.1:1/app/{streamKey}"))) {
            assertThat(get(publishing, "/config.json").body()).contains("\"preview\":false", "\"publish\":true");
            assertThat(get(publishing, "/watch/k-1/index.m3u8").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void theGatewayIsHealthyUntilItCloses() {
        try (GatewayStage closing = GatewayStage.start(builder -> builder)) {
            assertThat(get(closing, "/health/live").statusCode()).isEqualTo(200);
            assertThat(get(closing, "/health/ready").statusCode()).isEqualTo(200);
            closing.gateway().close().block(GatewayStage.PATIENCE);
            HttpResponse<String> ready = get(closing, "/health/ready");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(header(ready, "cache-control")).isEqualTo("no-store");
            assertThat(get(closing, "/health/live").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aPreviewIsFoundOnlyByItsEncodedKey() {
        byte[] media = GatewayStage.recording("webm-h264-opus.webm");
        String path = "/watch/a%3Fb%3Dc+d/";
        try (RawWebSocket client =
                RawWebSocket.connect(STAGE.port(), GatewayStage.PREFIX + "/ingest?streamKey=a%3Fb%3Dc%2Bd")) {
            client.media(media);
            client.close(1000);
            STAGE.awaitEnded();
        }
        Awaitility.await().until(() -> get(path + "index.m3u8").statusCode() == 200);
        HttpResponse<String> playlist = get(path + "index.m3u8");
        assertThat(header(playlist, "content-type")).isEqualTo("application/vnd.apple.mpegurl");
        // The viewer's page uses these to tell how old its picture is.
        assertThat(playlist.body()).contains("#EXT-X-PROGRAM-DATE-TIME:2");
        String segment = playlist.body()
                .lines()
                .filter(line -> line.endsWith(".ts"))
                .findFirst()
                .orElseThrow();
        HttpResponse<String> first = get(path + segment);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(header(first, "content-type")).isEqualTo("video/mp2t");
        assertThat(first.body()).startsWith("G");
        assertThat(get("/watch/a%3Fb%3Dc%20d/index.m3u8").statusCode()).isEqualTo(404);
        for (String name : new String[] {"segment999999999.ts", "index.m3u8.tmp", "%2e%2e%2fempty", "index.html"}) {
            assertThat(get(path + name).statusCode()).as(name).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/watch/unknown/index.m3u8",
                "/watch/..%2f..%2f..%2fetc/index.m3u8",
                "/watch/%2e%2e/index.m3u8",
                "/watch/%zz/index.m3u8",
                "/watch/a%00b/index.m3u8",
                "/watch/k/..%2f..%2fetc%2fpasswd",
                "/watch/k/%2fetc%2fpasswd",
                "/nothing"
            })
    void unknownPathsAreNotFound(String path) {
        // Over a plain socket, because Java's HTTP client refuses or normalizes some of these.
        assertThat(RawWebSocket.status(STAGE.port(), GatewayStage.PREFIX + path))
                .isEqualTo(404);
    }
}
