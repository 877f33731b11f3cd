package io.sluice.gateway.session;

import io.sluice.protocol.ServerMessage;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * The last words of streams whose clients may not have heard them, for those that come back later. Thread-safe: each
 * call is short.
 *
 * <p><b>Bound.</b> At most {@value #MAX_ENTRIES}, of a few hundred bytes each; beyond that the oldest is forgotten.
 */
final class Tombstones {

    static final int MAX_ENTRIES = 10_000;

    private final LongSupplier nanoClock;
    private final Map<ResumeToken, Tombstone> byToken = new LinkedHashMap<>();

    private record Tombstone(ServerMessage lastWord, long untilNanos) {}

    /**
     * No last words.
     *
     * @param nanoClock the time, as {@link System#nanoTime()}
     */
    Tombstones(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * Remembers how a stream ended.
     *
     * @param token who may ask
     * @param lastWord what its client was sent, or would have been
     * @param window how long to remember it
     */
    synchronized void add(ResumeToken token, ServerMessage lastWord, Duration window) {
        long now = nanoClock.getAsLong();
        byToken.put(token, new Tombstone(lastWord, now + window.toNanos()));
        Iterator<Tombstone> oldest = byToken.values().iterator();
        // Windows are alike, so the oldest are the first to expire.
        boolean more = oldest.hasNext();
        while (more) {
            boolean expired = oldest.next().untilNanos - now < 0;
            more = expired || byToken.size() > MAX_ENTRIES;
            if (more) {
                oldest.remove();
            }
        }
    }

    /** What the client with this token should have heard. */
    synchronized Optional<ServerMessage> lastWord(ResumeToken token) {
        return Optional.ofNullable(byToken.get(token))
                .filter(tombstone -> tombstone.untilNanos - nanoClock.getAsLong() >= 0)
                .map(Tombstone::lastWord);
    }

    /** Some may have expired. */
    synchronized int size() {
        return byToken.size();
    }
}
