package io.sluice.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.GatewayStage;
import io.sluice.gateway.guards.NoBufferLeaks;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compression, validation and caching of the pages' files and of the client library, over real HTTP. */
@ExtendWith(NoBufferLeaks.class)
class StaticAssetsTest {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final GatewayStage STAGE = GatewayStage.start(builder -> builder);

    @AfterAll
    static void close() {
        STAGE.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                              |",
                "gzip, deflate, br, zstd       | br",
                "gzip                          | gzip",
                "GZIP                          | gzip",
                "*                             | br",
                "br;q=0.5, gzip;q=0.8          | gzip",
                "br;q=0.500 , gzip ; q=0.5     | br",
                "*;q=0.5, br;q=0               | gzip",
                "identity, gzip;q=0.5          |",
                "identity;q=0, gzip;q=0.001    | gzip",
                "br;q=0, gzip;q=0              |",
                "br;q=high, gzip;q=2           |",
                "deflate, x-br                 |",
                ", ,;                          |"
            })
    void assetsAreCompressedAsTheClientAccepts(@Nullable String accepted, @Nullable String coding) throws IOException {
        HttpResponse<byte[]> script =
                accepted == null ? bytes("/sluice.js") : bytes("/sluice.js", "Accept-Encoding", accepted);
        assertThat(script.statusCode()).isEqualTo(200);
        assertThat(header(script, "content-encoding")).isEqualTo(coding == null ? "" : coding);
        assertThat(header(script, "vary")).isEqualTo("accept-encoding");
        String suffix = coding == null ? "" : coding.replace("gzip", ".gz").replace("br", ".br");
        assertThat(script.body()).isEqualTo(built("sluice.js" + suffix));
        assertThat(header(script, "content-length")).isEqualTo(Integer.toString(script.body().length));
    }

    @Test
    void severalHeadersAreReadAsOne() {
        assertThat(header(
                        bytes("/app.js", "Accept-Encoding", "gzip;q=0.5", "Accept-Encoding", "br"), "content-encoding"))
                .isEqualTo("br");
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity;q=0", "*;q=0", "zstd, identity;q=0"})
    void aClientThatAcceptsNoCodingIsToldSo(String accepted) {
        HttpResponse<byte[]> script = bytes("/sluice.js", "Accept-Encoding", accepted);
        assertThat(script.statusCode()).isEqualTo(406);
        assertThat(header(script, "vary")).isEqualTo("accept-encoding");
    }

    @Test
    void everyCodingHasAStrongTagOfItsOwn() {
        List<String> tags = Stream.of("identity", "gzip", "br")
                .map(coding -> header(bytes("/sluice.js", "Accept-Encoding", coding), "etag"))
                .toList();
        assertThat(tags)
                .doesNotHaveDuplicates()
                .allSatisfy(tag -> assertThat(tag).matches("\"[0-9a-f]{16}\""));
        String gzip = tags.get(1);
        for (String matching : new String[] {gzip, "W/" + gzip, "\"x\", " + gzip, "*"}) {
            HttpResponse<byte[]> same = bytes("/sluice.js", "Accept-Encoding", "gzip", "If-None-Match", matching);
            assertThat(same.statusCode()).as(matching).isEqualTo(304);
            assertThat(same.body()).isEmpty();
            assertThat(header(same, "etag")).isEqualTo(gzip);
            assertThat(header(same, "vary")).isEqualTo("accept-encoding");
        }
        assertThat(bytes("/sluice.js", "Accept-Encoding", "br", "If-None-Match", gzip)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void thePagesLoadVersionsThatMayBeKeptForever() {
        Set<String> loaded = new TreeSet<>();
        for (String page : new String[] {"/", "/watch/k-1", "/app.js", "/watch.js"}) {
            HttpResponse<byte[]> found = bytes(page);
            assertThat(header(found, "cache-control")).as(page).isEqualTo("no-cache");
            Pattern.compile("(?:src=|href=|from |import\\()\"(?:\\.\\./|\\./)?([\\w-]+\\.\\w+)\"")
                    .matcher(text(found))
                    .results()
                    .forEach(reference -> loaded.add(reference.group(1)));
        }
        assertThat(loaded).hasSize(8).allSatisfy(name -> {
            assertThat(name).matches("(app|watch|sluice|hls|style|studio|icon)-[0-9a-f]{16}\\.(js|css|svg)");
            HttpResponse<byte[]> versioned = bytes("/" + name);
            assertThat(versioned.statusCode()).isEqualTo(200);
            assertThat(header(versioned, "cache-control")).isEqualTo("public, max-age=31536000, immutable");
            assertThat(header(versioned, "content-security-policy")).contains("default-src 'none'");
            HttpResponse<byte[]> plain = bytes("/" + name.replaceFirst("-[0-9a-f]{16}", ""));
            assertThat(plain.body()).isEqualTo(versioned.body());
            assertThat(header(plain, "etag")).isEqualTo(header(versioned, "etag"));
            assertThat(header(plain, "access-control-allow-origin"))
                    .isEqualTo(header(versioned, "access-control-allow-origin"))
                    .isEqualTo(name.startsWith("sluice") ? "*" : "");
        });
        assertThat(bytes("/sluice-0000000000000000.js").statusCode()).isEqualTo(404);
        assertThat(bytes("/assets.properties").statusCode()).isEqualTo(404);
        assertThat(bytes("/sluice.js.br").statusCode()).isEqualTo(404);
    }

    @Test
    void theLibraryComesWithItsDeclarations() throws IOException {
        HttpResponse<byte[]> declarations = bytes("/sluice.d.ts", "Origin", "https://elsewhere.example");
        assertThat(text(declarations)).contains("declare function publish(", "export { publish, PublishError");
        // The web tests compile a consumer against this very file.
        assertThat(declarations.body()).isEqualTo(built("sluice.d.ts"));
        assertThat(header(declarations, "access-control-allow-origin")).isEqualTo("*");
    }

    @Test
    void manyResponsesShareTheirContent() throws IOException {
        byte[] expected = built("hls.js.gz");
        List<CompletableFuture<HttpResponse<byte[]>>> responses = Stream.generate(
                        () -> HTTP.sendAsync(request("/hls.js", "Accept-Encoding", "gzip"), BodyHandlers.ofByteArray()))
                .limit(40)
                .toList();
        for (CompletableFuture<HttpResponse<byte[]>> response : responses) {
            assertThat(response.join().body()).isEqualTo(expected);
        }
    }

    private static byte[] built(String file) throws IOException {
        try (InputStream stream = PageRoutes.class.getResourceAsStream("/io/sluice/gateway/web/" + file)) {
            return Objects.requireNonNull(stream, file).readAllBytes();
        }
    }

    private static HttpRequest request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + STAGE.port() + GatewayStage.PREFIX + path));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request.build();
    }

    private static HttpResponse<byte[]> bytes(String path, String... headers) {
        try {
            return HTTP.send(request(path, headers), BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }
}
