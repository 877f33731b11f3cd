package io.sluice.gateway.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.sluice.protocol.StreamKey;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits how often an address may ask for previews that do not exist. A key is what permits publishing, and asking for
 * its preview would be the fastest way to find one. An address that has asked too often gets no answer about any key,
 * except about those whose preview it watches already.
 *
 * <p>Thread-safe.
 */
public final class WatchGuesses {

    /** A page that waits for a stream asks once or twice a second. */
    static final int MISSES_PER_SECOND = 10;

    static final int BURST = 100;

    /** Loopback is the address of all clients of a proxy that is not trusted. */
    static final int LOOPBACK_FACTOR = 10;

    private static final Logger LOG = LoggerFactory.getLogger(WatchGuesses.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
    private static final int MAX_ADDRESSES = 100_000;
    private static final int MAX_WATCHED = 20_000;
    private static final ClientNetwork LOOPBACK = new ClientNetwork(0, false);

    private record Watched(ClientNetwork network, StreamKey key) {}

    private final LongSupplier nanoClock;
    private final LongAdder refused = new LongAdder();
    private final AtomicLong lastLogNanos;
    private final Cache<ClientNetwork, TokenBucket> misses = Caffeine.newBuilder()
            .maximumSize(MAX_ADDRESSES)
            .expireAfterAccess(Duration.ofSeconds(2L * BURST / MISSES_PER_SECOND))
            .executor(Runnable::run)
            .build();
    private final Cache<Watched, Boolean> watched = Caffeine.newBuilder()
            .maximumSize(MAX_WATCHED)
            .expireAfterAccess(Duration.ofMinutes(1))
            .executor(Runnable::run)
            .build();

    WatchGuesses(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
        this.lastLogNanos = new AtomicLong(nanoClock.getAsLong() - LOG_INTERVAL.toNanos());
    }

    /**
     * Whether an address may ask for the preview under a key. If not, the refusal is counted.
     *
     * @param address the viewer's address, resolved through trusted proxies; null if the transport has none
     * @param key the key; null if it is malformed
     * @return false after too many requests for previews that do not exist
     */
    public boolean allows(@Nullable InetAddress address, @Nullable StreamKey key) {
        ClientNetwork network = network(address);
        TokenBucket bucket = misses.getIfPresent(network);
        if (bucket == null || hasTokens(bucket)) {
            return true;
        }
        if (key != null && watched.getIfPresent(new Watched(network, key)) != null) {
            return true;
        }
        refused.increment();
        log(address);
        return false;
    }

    /**
     * There is a preview, and this address watches it.
     *
     * @param address the viewer's address
     * @param key the key
     */
    public void found(@Nullable InetAddress address, StreamKey key) {
        watched.put(new Watched(network(address), key), true);
    }

    /**
     * There is no such preview.
     *
     * @param address the viewer's address
     */
    public void missed(@Nullable InetAddress address) {
        ClientNetwork network = network(address);
        long now = nanoClock.getAsLong();
        int factor = network.equals(LOOPBACK) ? LOOPBACK_FACTOR : 1;
        TokenBucket bucket = Objects.requireNonNull(misses.get(
                network, absent -> new TokenBucket(MISSES_PER_SECOND * factor, (double) BURST * factor, now)));
        synchronized (bucket) {
            bucket.take(1, now);
        }
    }

    /** How many requests were refused, since the start. */
    long refused() {
        return refused.sum();
    }

    private boolean hasTokens(TokenBucket bucket) {
        synchronized (bucket) {
            return bucket.nanosUntil(1, nanoClock.getAsLong()) == 0;
        }
    }

    private static ClientNetwork network(@Nullable InetAddress address) {
        ClientNetwork network = ClientNetwork.of(address);
        return network == null ? LOOPBACK : network;
    }

    private void log(@Nullable InetAddress address) {
        long last = lastLogNanos.get();
        long now = nanoClock.getAsLong();
        if (now - last >= LOG_INTERVAL.toNanos() && lastLogNanos.compareAndSet(last, now)) {
            LOG.warn(
                    "{} asks for too many previews that do not exist, as if it guessed stream keys: {} requests"
                            + " refused so far",
                    address == null ? "A viewer" : address.getHostAddress(),
                    refused.sum());
        }
    }
}
