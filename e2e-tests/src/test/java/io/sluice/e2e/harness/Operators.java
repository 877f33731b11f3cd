package io.sluice.e2e.harness;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Those who run a gateway: their token, and what they ask it. */
public final class Operators {

    private static final Pattern ADDRESS_IN_LOG = Pattern.compile("Admin API at (http://localhost:\\d+)/");
    private static final Duration LIMIT = Publisher.SOON;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Path tokens;
    private final String token;

    private Operators(Path tokens, String token) {
        this.tokens = tokens;
        this.token = token;
    }

    /** With a token that no gateway may print. */
    static Operators on(Stage stage) {
        String token = stage.key("operator");
        try {
            return new Operators(
                    Files.writeString(stage.directory("operators").resolve("tokens"), token + "\n"), token);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What a gateway has to be started with, so that it listens to them. */
    public List<String> options() {
        return List.of("--admin-port", "0", "--admin-token-file", tokens.toString());
    }

    public HttpResponse<String> get(GatewayProcess gateway, String path) {
        return send(gateway, request(gateway, path));
    }

    public HttpResponse<String> delete(GatewayProcess gateway, String path) {
        return send(gateway, request(gateway, path).DELETE());
    }

    public HttpResponse<String> post(GatewayProcess gateway, String path, String json) {
        return send(
                gateway,
                request(gateway, path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(json)));
    }

    /** Where a gateway listens to them. */
    public InetSocketAddress address(GatewayProcess gateway) {
        URI base = base(gateway);
        return new InetSocketAddress(base.getHost(), base.getPort());
    }

    private static URI base(GatewayProcess gateway) {
        Matcher address = ADDRESS_IN_LOG.matcher("");
        await("the operators' listener")
                .atMost(LIMIT)
                .until(() -> address.reset(gateway.output()).find());
        return URI.create(address.group(1));
    }

    private HttpRequest.Builder request(GatewayProcess gateway, String path) {
        return HttpRequest.newBuilder(URI.create(base(gateway) + path))
                .header("Authorization", "Bearer " + token)
                .timeout(LIMIT);
    }

    private static HttpResponse<String> send(GatewayProcess gateway, HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            gateway.heard(answer);
            return answer;
        } catch (IOException e) {
            throw new AssertionError("no answer to operators", e);
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }
}
