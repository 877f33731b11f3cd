package io.sluice.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.gateway.ffmpeg.run.RtmpSink;
import io.sluice.gateway.guards.Seeded;
import io.sluice.gateway.websocket.RawWebSocket;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.netty.DisposableServer;

/** The example in docs/embedding.md, unchanged except for the publish URL. */
class EmbeddingTest {

    private static final Pattern EXAMPLE = Pattern.compile("```java\\n(.*?class (\\w+).*?)```", Pattern.DOTALL);
    private static final String OUTPUT = "rtmp://localhost/live/secret-of-anna";

    @Test
    void theExampleInTheDocumentationPublishes(@TempDir Path classes) throws Exception {
        Matcher example = EXAMPLE.matcher(Files.readString(Path.of("../docs/embedding.md")));
        assertThat(example.find()).as("docs/embedding.md contains a Java class").isTrue();
        byte[] media = GatewayStage.recording("webm-h264-opus.webm");
        try (RtmpSink sink = RtmpSink.accepting();
                URLClassLoader loader =
                        new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
            assertThat(example.group(1)).contains(OUTPUT);
            Seeded.compileUnit(example.group(2), example.group(1).replace(OUTPUT, sink.url()), classes);
            DisposableServer server = start(loader.loadClass(example.group(2)));
            try (RawWebSocket anna = RawWebSocket.connect(server.port(), "/live/ingest?streamKey=anna")) {
                assertThat(ready(server.port())).isEqualTo("{\"status\":\"up\"}");
                anna.media(media);
                anna.close(1000);
                assertThat(sink.mediaBytes().get(20, TimeUnit.SECONDS)).isGreaterThan(media.length / 2);
            } finally {
                server.disposeNow(GatewayStage.PATIENCE);
            }
        }
    }

    private static DisposableServer start(Class<?> example) throws ReflectiveOperationException {
        Method start = example.getDeclaredMethod("start", int.class);
        start.setAccessible(true);
        return (DisposableServer) start.invoke(null, 0);
    }

    private static String ready(int port) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + port + "/live/health/ready");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
