package io.sluice.e2e.harness;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An operator's own HTTP service that decides who may publish. It answers everybody the same, and remembers the
 * questions.
 */
public final class DecidingService implements AutoCloseable {

    private final HttpServer server;
    private final List<String> questions = new CopyOnWriteArrayList<>();
    private final List<String> lengths = new CopyOnWriteArrayList<>();
    private volatile int status = 200;
    private volatile String body = "";

    private DecidingService(HttpServer server) {
        this.server = server;
    }

    static DecidingService start() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            DecidingService service = new DecidingService(server);
            server.createContext("/decide", exchange -> {
                service.lengths.add(String.valueOf(exchange.getRequestHeaders().getFirst("Content-Length")));
                service.questions.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                byte[] answer = service.body.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(service.status, answer.length == 0 ? -1 : answer.length);
                try (var out = exchange.getResponseBody()) {
                    out.write(answer);
                }
            });
            server.start();
            return service;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it answers from now on. */
    public void answer(int newStatus, String newBody) {
        status = newStatus;
        body = newBody;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/decide";
    }

    public List<String> questions() {
        return questions;
    }

    /** The Content-Length of each question, or null. */
    public List<String> lengths() {
        return lengths;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
