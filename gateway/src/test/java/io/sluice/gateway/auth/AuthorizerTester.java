package io.sluice.gateway.auth;

import io.sluice.gateway.access.Authorization;
import io.sluice.gateway.access.Authorization.Allowed;
import io.sluice.gateway.access.Authorization.Denied;
import io.sluice.gateway.access.Authorizer;
import io.sluice.gateway.access.Credentials;
import io.sluice.gateway.access.Peer;
import io.sluice.gateway.access.PublishRequest;
import io.sluice.protocol.StreamKey;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;
import org.assertj.core.api.Assertions;

/** Calls an authorizer as a session does, from a thread that can block. */
final class AuthorizerTester {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    private AuthorizerTester() {}

    static PublishRequest request(String key) {
        return request(key, "");
    }

    static PublishRequest request(String key, String token) {
        Peer peer = new Peer(
                new InetSocketAddress("192.0.2.7", 4711), "Studio/1", "room=1", new Credentials("", "", token));
        return new PublishRequest("0123456789ab", StreamKey.parse(key).orElseThrow(), peer);
    }

    static Authorization answer(Authorizer authorizer, PublishRequest request) {
        return Objects.requireNonNull(authorizer.authorize(request).block(PATIENCE));
    }

    static Allowed allowed(Authorizer authorizer, PublishRequest request) {
        Authorization answer = answer(authorizer, request);
        if (answer instanceof Allowed allowed) {
            return allowed;
        }
        throw new AssertionError("not allowed: " + answer);
    }

    static String denied(Authorizer authorizer, PublishRequest request) {
        Authorization answer = answer(authorizer, request);
        if (answer instanceof Denied denied) {
            return denied.reason();
        }
        throw new AssertionError("not denied: " + answer);
    }

    /** The authorizer fails, with a message without secrets. */
    static String unavailable(Authorizer authorizer, PublishRequest request) {
        Throwable error = Assertions.catchThrowable(() -> answer(authorizer, request));
        Assertions.assertThat(error).isInstanceOf(AuthorizationUnavailableException.class);
        Assertions.assertThat(error.getMessage()).isNotBlank();
        if (request.streamKey().value().length() > 1) {
            Assertions.assertThat(error.getMessage())
                    .doesNotContain(request.streamKey().value());
        }
        return String.valueOf(error.getMessage());
    }
}
