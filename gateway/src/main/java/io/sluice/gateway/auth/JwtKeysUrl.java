package io.sluice.gateway.auth;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * A JSON Web Key Set at a URL, fetched when first needed and refreshed periodically. A token with an unknown key also
 * triggers a fetch, because keys are rotated, but with a minimum interval, because clients can make up key ids.
 *
 * <p>While the URL does not answer, the previous keys remain valid for a limited time. At most one fetch is in flight.
 */
final class JwtKeysUrl implements JwtKeys {

    private static final Logger LOG = LoggerFactory.getLogger(JwtKeysUrl.class);
    private static final int MAX_BYTES = 1_024 * 1_024;
    private static final int CONNECTIONS = 1;

    /**
     * How long keys are valid.
     *
     * @param refresh the interval between fetches
     * @param minInterval the minimum time between fetches for unknown keys, and after a failed fetch
     * @param maxAge how long keys remain valid without a successful fetch
     */
    record Times(Duration refresh, Duration minInterval, Duration maxAge) {

        /** Suitable for key sets that change a few times a year. */
        static final Times DEFAULT = new Times(Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofHours(6));
    }

    private final AuthHttpClient client;
    private final Times times;
    private final Mono<List<JWK>> keys;
    private volatile @Nullable Fetched latest;
    private volatile long lastTryNanos;
    private volatile long dueNanos;

    private record Fetched(List<JWK> keys, long atNanos) {}

    JwtKeysUrl(URI address, Duration timeout, Times times) {
        this.client = new AuthHttpClient(address, timeout, CONNECTIONS, MAX_BYTES);
        this.times = times;
        this.keys = Mono.defer(this::fetch).cacheInvalidateIf(fetched -> System.nanoTime() - dueNanos >= 0);
    }

    @Override
    public Mono<List<JWK>> matching(JWSHeader header) {
        return keys.flatMap(known -> {
            List<JWK> candidates = JwtKeys.select(known, header);
            if (!candidates.isEmpty()
                    || System.nanoTime() - lastTryNanos < times.minInterval().toNanos()) {
                return Mono.just(candidates);
            }
            dueNanos = System.nanoTime();
            return keys.map(fresh -> JwtKeys.select(fresh, header));
        });
    }

    private Mono<List<JWK>> fetch() {
        lastTryNanos = System.nanoTime();
        return client.get().map(this::read).onErrorResume(AuthorizationUnavailableException.class, this::usePrevious);
    }

    private List<JWK> read(AuthHttpClient.Response response) {
        if (!response.isSuccess()) {
            throw new AuthorizationUnavailableException(client + " responded with status " + response.status());
        }
        List<JWK> fetched;
        try {
            fetched = JwtKeys.parseKeySet(response.body());
        } catch (IllegalArgumentException e) {
            throw new AuthorizationUnavailableException(client + " sent an unusable response: " + e.getMessage());
        }
        long now = System.nanoTime();
        latest = new Fetched(fetched, now);
        dueNanos = now + times.refresh().toNanos();
        return fetched;
    }

    private Mono<List<JWK>> usePrevious(AuthorizationUnavailableException error) {
        Fetched previous = latest;
        long now = System.nanoTime();
        if (previous == null || now - previous.atNanos() >= times.maxAge().toNanos()) {
            return Mono.error(error);
        }
        LOG.warn("Cannot fetch the keys for tokens; the previous keys remain valid: {}", error.getMessage());
        dueNanos = now + times.minInterval().toNanos();
        return Mono.just(previous.keys());
    }

    @Override
    public void dispose() {
        client.dispose();
    }

    @Override
    public String toString() {
        return client.toString();
    }
}
