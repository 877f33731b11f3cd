package io.sluice.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.PublishRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Authorizers are called on an event loop, where blocking calls are detected. */
class NonBlockingAuthorizersTest {

    private static final JwtRules RULES = new JwtRules("streamKey", null, null, JwtRules.KNOWN_ALGORITHMS);

    /** Well-formed, but with an invalid signature. */
    private static final String TOKEN = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImVjLTEifQ.eyJzdHJlYW1LZXkiOiJhbm5hIn0."
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    private static final String KEYS = """
            {"keys":[{"kty":"EC","crv":"P-256","kid":"ec-1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}
            """;

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @AfterEach
    void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private Authorization ask(Authorizer authorizer, PublishRequest request) throws Exception {
        return group.next()
                .submit(() -> authorizer.authorize(request).toFuture())
                .get(20, TimeUnit.SECONDS)
                .get(20, TimeUnit.SECONDS);
    }

    @Test
    void noAuthorizerBlocks(@TempDir Path folder) throws Exception {
        Path keyFile = Files.writeString(
                folder.resolve("keys"),
                KeyFileEntry.of("anna", "live_anna_0123456789").orElseThrow() + "\n");
        Path jwks = Files.writeString(folder.resolve("jwks"), KEYS);
        try (Endpoint endpoint = new Endpoint();
                Endpoint keys = new Endpoint().answering(200, "application/json", KEYS)) {
            Authorizer file = KeyFileAuthorizer.reading(keyFile);
            Authorizer service =
                    new HttpAuthorizer(endpoint.url(), AuthorizerTester.PATIENCE, 2, Duration.ofMinutes(1));
            assertThat(ask(file, AuthorizerTester.request("live_anna_0123456789")))
                    .isInstanceOf(Authorization.Allowed.class);
            assertThat(ask(service, AuthorizerTester.request("anna"))).isInstanceOf(Authorization.Allowed.class);
            assertThat(ask(service, AuthorizerTester.request("anna")))
                    .as("from the cache")
                    .isInstanceOf(Authorization.Allowed.class);
            for (Authorizer tokens : List.of(
                    JwtAuthorizer.withKeysIn(jwks, RULES),
                    JwtAuthorizer.withKeysFrom(keys.url(), AuthorizerTester.PATIENCE, RULES))) {
                assertThat(ask(tokens, AuthorizerTester.request("anna", TOKEN)))
                        .isEqualTo(Authorization.deny("The token is not signed with a known key."));
            }
            Authorizer all = AllowedOutputs.of(List.of())
                    .guard(new CompositeAuthorizer(
                            List.of(file, JwtAuthorizer.withKeysIn(jwks, RULES), service), AuthorizerTester.PATIENCE));
            assertThat(ask(all, AuthorizerTester.request("anna", TOKEN))).isInstanceOf(Authorization.Allowed.class);
        }
    }
}
