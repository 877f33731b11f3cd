package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that nobody has any business with, and a file that nobody may read: hostile media points at both. */
public final class Bait implements AutoCloseable {

    private static final String SECRET = "canary-that-must-not-leave-its-file";

    private final HttpServer server;
    private final Path file;
    private final List<String> requests = new CopyOnWriteArrayList<>();

    Bait(Path directory) {
        try {
            file = Files.writeString(directory.resolve("canary.txt"), SECRET + "\n");
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
        });
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/bait";
    }

    public Path file() {
        return file;
    }

    public List<String> requests() {
        return requests;
    }

    /** Nobody has called, and what was given out does not hold the file's content. */
    public void assertUntouched(byte[]... outputs) {
        assertThat(requests).isEmpty();
        for (byte[] output : outputs) {
            assertThat(new String(output, StandardCharsets.ISO_8859_1)).doesNotContain(SECRET);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
