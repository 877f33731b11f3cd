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
import reactor.core.scheduler.Schedulers;

/**
 * A JSON Web Key Set at an HTTP address, fetched when first needed and again from time to time. A token with a key that is not in it makes it
 * be fetched anew, because keys are rotated; but not more often than every so often, because strangers can make up names of keys.
 *
 * <p>While the address gives no answer the keys from before hold, for a bounded time. One fetch is under way at most.
 */
final class JwtKeysUrl implements JwtKeys {

    private static final Logger LOG = LoggerFactory.getLogger(JwtKeysUrl.class);
    private static final int MAX_BYTES = 1_024 * 1_024;
    private static final int CONNECTIONS = 1;

    /** How long keys hold. */
    record Times(Duration refresh, Duration pause, Duration atMost) {

        /** The usual for key sets, which change some times a year. */
        static final Times USUAL = new Times(Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofHours(6));
    }

    private final AuthHttpClient exchange;
    private final Times times;
    private final Mono<List<JWK>> keys;
    private volatile @Nullable Fetched latest;
    private volatile long triedNanos;
    private volatile long dueNanos;

    private record Fetched(List<JWK> keys, long atNanos) {}

    JwtKeysUrl(URI address, Duration timeout, Times times) {
        this.exchange = new AuthHttpClient(address, timeout, CONNECTIONS, MAX_BYTES);
        this.times = times;
        this.keys = Mono.defer(this::fetch).cacheInvalidateIf(fetched -> System.nanoTime() - dueNanos >= 0);
    }

    @Override
    public Mono<List<JWK>> matching(JWSHeader header) {
        return keys.flatMap(known -> {
                    List<JWK> fitting = JwtKeys.select(known, header);
                    if (!fitting.isEmpty()
                            || System.nanoTime() - triedNanos < times.pause().toNanos()) {
                        return Mono.just(fitting);
                    }
                    dueNanos = System.nanoTime();
                    return keys.map(fresh -> JwtKeys.select(fresh, header));
                })
                .publishOn(Schedulers.boundedElastic());
    }

    private Mono<List<JWK>> fetch() {
        triedNanos = System.nanoTime();
        return exchange.get().map(this::read).onErrorResume(AuthorizationUnavailableException.class, this::makeDo);
    }

    private List<JWK> read(AuthHttpClient.Answer answer) {
        if (!answer.isGood()) {
            throw new AuthorizationUnavailableException(exchange + " answers " + answer.status());
        }
        List<JWK> read;
        try {
            read = JwtKeys.inKeySet(answer.body());
        } catch (IllegalArgumentException e) {
            throw new AuthorizationUnavailableException(exchange + " answers, but " + e.getMessage());
        }
        long now = System.nanoTime();
        latest = new Fetched(read, now);
        dueNanos = now + times.refresh().toNanos();
        return read;
    }

    private Mono<List<JWK>> makeDo(AuthorizationUnavailableException why) {
        Fetched before = latest;
        long now = System.nanoTime();
        if (before == null || now - before.atNanos() >= times.atMost().toNanos()) {
            return Mono.error(why);
        }
        LOG.warn("The keys for tokens could not be fetched, those from before hold: {}", why.getMessage());
        dueNanos = now + times.pause().toNanos();
        return Mono.just(before.keys());
    }

    @Override
    public void dispose() {
        exchange.dispose();
    }

    @Override
    public String toString() {
        return exchange.toString();
    }
}
