package io.sluice.gateway.session;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The timers of a running stream. Confined to the session's event loop. */
final class StreamTimers {

    private static final Duration INSPECTION_INTERVAL = Duration.ofSeconds(1);

    /**
     * Hundreds of streams share an event loop. Their timers are aligned, so that one wake-up serves many of them. A
     * stream's first timers fire early by at most this much.
     */
    private static final Duration TIMER_GRID = Duration.ofMillis(50);

    private final EventLoop eventLoop;
    private final List<Future<?>> timers = new ArrayList<>();

    StreamTimers(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /**
     * Starts the periodic timers.
     *
     * @param inspect called once a second
     * @param reportInterval how often the client wants a report
     * @param report called that often
     */
    void start(Runnable inspect, Duration reportInterval, Runnable report) {
        long earlyNanos = Math.floorMod(eventLoop.ticker().nanoTime(), TIMER_GRID.toNanos());
        every(reportInterval, earlyNanos, report);
        every(INSPECTION_INTERVAL, earlyNanos, inspect);
    }

    /** Calls once, unless {@link #cancel} comes first. */
    void after(Duration delay, Runnable task) {
        timers.add(eventLoop.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS));
    }

    void cancel() {
        timers.forEach(timer -> timer.cancel(false));
        timers.clear();
    }

    private void every(Duration interval, long earlyNanos, Runnable task) {
        timers.add(eventLoop.scheduleAtFixedRate(
                task, interval.toNanos() - earlyNanos, interval.toNanos(), TimeUnit.NANOSECONDS));
    }
}
