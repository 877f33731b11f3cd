package io.sluice.e2e.harness;

import io.sluice.e2e.wire.Frame;
import io.sluice.e2e.wire.Incoming;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Pings a live stream five times a second on a thread of its own. The gateway answers on the event loop that carries
 * the stream's media, so an answer that is late is media that is late.
 */
final class RoundTrips implements AutoCloseable {

    private static final long PERIOD_MILLIS = 200;

    private final Publisher publisher;
    private final ScheduledExecutorService pinging = Executors.newSingleThreadScheduledExecutor();

    RoundTrips(Publisher publisher) {
        this.publisher = publisher;
        pinging.scheduleAtFixedRate(this::ping, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void ping() {
        ByteBuffer now =
                ByteBuffer.allocate(Long.BYTES).putLong(System.nanoTime()).flip();
        try {
            publisher.socket().send(Frame.ping(now));
        } catch (UncheckedIOException e) {
            pinging.shutdown(); // The stream is over.
        }
    }

    /** How long each answer took, from the shortest to the longest. */
    List<Duration> sorted() {
        return publisher.heard().lines().stream()
                .filter(line -> line.said() instanceof Incoming.Pong)
                .map(line -> Duration.ofNanos(
                        line.atNanos() - ((Incoming.Pong) line.said()).payload().getLong(0)))
                .sorted()
                .toList();
    }

    @Override
    public void close() {
        pinging.shutdownNow();
    }
}
