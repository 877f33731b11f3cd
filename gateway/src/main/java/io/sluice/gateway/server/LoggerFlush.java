package io.sluice.gateway.server;

import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** Writes the queued lines of the asynchronous log before the JVM is halted. */
public final class LoggerFlush {

    private LoggerFlush() {}

    /** Writes them and stops the log. Blocks for a second at most; has no effect on other frameworks than Logback. */
    public static void flush() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (factory instanceof ch.qos.logback.classic.LoggerContext context) {
            context.stop();
        }
    }
}
