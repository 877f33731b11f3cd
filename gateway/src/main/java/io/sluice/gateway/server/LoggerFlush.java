package io.sluice.gateway.server;

import java.time.Duration;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** Writes the queued lines of the asynchronous log before the JVM is halted. */
public final class LoggerFlush {

    private static final Duration LIMIT = Duration.ofSeconds(1);

    private LoggerFlush() {}

    /**
     * Writes them and stops the log. Blocks for a second at most, also if standard output is not read; has no effect on
     * other frameworks than Logback.
     */
    public static void flush() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (factory instanceof ch.qos.logback.classic.LoggerContext context) {
            Thread stopping = new Thread(context::stop, "sluice-log-flush");
            stopping.setDaemon(true);
            stopping.start();
            try {
                stopping.join(LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
