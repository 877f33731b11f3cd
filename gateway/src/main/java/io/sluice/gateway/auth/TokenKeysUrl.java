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
final class TokenKeysUrl implements TokenKeys {

    private static final Logger LOG = LoggerFactory.getLogger(TokenKeysUrl.class);
    private static final int MAX_BYTES = 1_024 * 1_024;
    private static final int CONNECTIONS = 1;

    /** How long keys hold. */
    record Times(Duration refresh, Duration pause, Duration atMost) {

        /** The usual for key sets, which change some times a year. */
        static final Times USUAL = new Times(Duration.ofMinutes(10), Duration.ofSeconds(30), Duration.ofHours(6));
    }

    private final Exchange exchange;
    private final Times times;
    private final Mono<List<JWK>> keys;
    private volatile @Nullable Fetched latest;
    private volatile long triedNanos;
    private volatile long dueNanos;

    private record Fetched(List<JWK> keys, long atNanos) {}

    TokenKeysUrl(URI address, Duration timeout, Times times) {
        this.exchange = new Exchange(address, timeout, CONNECTIONS, MAX_BYTES);
        this.times = times;
        this.keys = Mono.defer(this::fetch).cacheInvalidateIf(fetched -> System.nanoTime() - dueNanos >= 0);
    }

    @Override
    public Mono<List<JWK>> matching(JWSHeader header) {
        return keys.flatMap(known -> {
                    List<JWK> fitting = TokenKeys.select(known, header);
                    if (!fitting.isEmpty()
                            || System.nanoTime() - triedNanos < times.pause().toNanos()) {
                        return Mono.just(fitting);
                    }
                    dueNanos = System.nanoTime();
                    return keys.map(fresh -> TokenKeys.select(fresh, header));
                })
                .publishOn(Schedulers.boundedElastic());
    }

    private Mono<List<JWK>> fetch() {
        triedNanos = System.nanoTime();
        return exchange.get().map(this::read).onErrorResume(UndecidedException.class, this::makeDo);
    }

    private List<JWK> read(Exchange.Answer answer) {
        if (!answer.isGood()) {
            throw new UndecidedException(exchange + " answers " + answer.status());
        }
        List<JWK> read;
        try {
            read = TokenKeys.inKeySet(answer.body());
        } catch (IllegalArgumentException e) {
            throw new UndecidedException(exchange + " answers, but " + e.getMessage());
        }
        long now = System.nanoTime();
        latest = new Fetched(read, now);
        dueNanos = now + times.refresh().toNanos();
        return read;
    }

    private Mono<List<JWK>> makeDo(UndecidedException why) {
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
