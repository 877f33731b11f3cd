package io.sluice.gateway.server;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the JVM if its shutdown takes longer than it may: whatever hangs, an orchestrator gets the exit that it waits
 * for. Each step of the shutdown has a limit of its own; this one is for what is not foreseen.
 */
final class StopDeadline {

    private static final Logger LOG = LoggerFactory.getLogger(StopDeadline.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private volatile String step = "";

    private StopDeadline() {}

    /**
     * Starts the clock.
     *
     * @param limit how long the shutdown may take
     * @param halt ends the JVM; does not hang
     */
    static StopDeadline start(Duration limit, Runnable halt) {
        StopDeadline deadline = new StopDeadline();
        Thread unbounded = Thread.currentThread();
        daemon("sluice-stop-deadline", () -> {
            join(unbounded, limit);
            if (unbounded.isAlive()) {
                // Writing to a log can hang, too.
                join(daemon("sluice-last-words", () -> deadline.report(limit)), LAST_WORDS);
                halt.run();
            }
        });
        return deadline;
    }

    /** Remembers what the shutdown waits for, for the log. */
    void waitingFor(String what) {
        step = what;
    }

    private void report(Duration limit) {
        LOG.error("Shutdown incomplete after {} s, waiting for {}; ending now", limit.toSeconds(), step);
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void join(Thread thread, Duration limit) {
        try {
            thread.join(limit.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
