package io.sluice.gateway.server;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what a listener refused or closed, and why, and logs it once a minute at most. Thread-safe. */
final class ConnectionCounts {

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionCounts.class);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    /** Why a connection was refused or closed. */
    enum Reason {
        /** There are too many connections, or too few descriptors. */
        FULL("there are too many"),
        /** Its address has too many connections. */
        ADDRESS("their address has too many"),
        /** Its request was not complete in time. */
        SLOW("they sent no complete request in time"),
        /** It did not read its answer. */
        UNREAD("they did not read their answers"),
        /** It sent more requests than it had answers. */
        PIPELINED("they sent requests without waiting for answers");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        /** The value of the metric's tag. */
        String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final class Count {
        private final LongAdder total = new LongAdder();
        private final AtomicLong lastLogNanos = new AtomicLong(System.nanoTime() - LOG_INTERVAL.toNanos());
    }

    private final String listener;
    private final Map<Reason, Count> counts = new EnumMap<>(Reason.class);

    /**
     * Starts at zero.
     *
     * @param listener what the log calls the listener
     */
    ConnectionCounts(String listener) {
        this.listener = listener;
        for (Reason reason : Reason.values()) {
            counts.put(reason, new Count());
        }
    }

    /**
     * Counts one.
     *
     * @param client for the log
     */
    void add(Reason reason, Object client) {
        Count count = of(reason);
        count.total.increment();
        long last = count.lastLogNanos.get();
        long now = System.nanoTime();
        if (now - last >= LOG_INTERVAL.toNanos() && count.lastLogNanos.compareAndSet(last, now)) {
            LOG.warn(
                    "Refusing or closing connections of the {} because {}: {} so far, now {}",
                    listener,
                    reason.text,
                    count.total.sum(),
                    client);
        }
    }

    /** How many, since the start. */
    long total(Reason reason) {
        return of(reason).total.sum();
    }

    private Count of(Reason reason) {
        return Objects.requireNonNull(counts.get(reason));
    }
}
