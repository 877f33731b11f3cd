package io.sluice.e2e.harness;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Objects;

/**
 * Somebody else's web server, with one page. It has to be a real one: a browser does not let a page that was only
 * slipped into it connect to the loopback interface.
 */
public final class PageServer implements AutoCloseable {

    private final HttpServer server;

    private PageServer(HttpServer server) {
        this.server = server;
    }

    static PageServer serving(String resource) {
        try (InputStream in = Objects.requireNonNull(PageServer.class.getResourceAsStream(resource))) {
            byte[] page = in.readAllBytes();
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/page", exchange -> {
                exchange.getResponseHeaders().set("Content-Type", "text/html");
                exchange.sendResponseHeaders(200, page.length);
                try (OutputStream body = exchange.getResponseBody()) {
                    body.write(page);
                }
            });
            server.start();
            return new PageServer(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a browser says of where the page comes from. */
    public String origin() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** The page, with a query for it to read. */
    public URI page(String query) {
        return URI.create(origin() + "/page?" + query);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
