package io.sluice.gateway.server;

import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;

/** Lets an asynchronous log write its last lines before the JVM is halted. */
public final class LoggerFlush {

    private LoggerFlush() {}

    public static void flush() {
        ILoggerFactory factory = LoggerFactory.getILoggerFactory();
        if (factory instanceof ch.qos.logback.classic.LoggerContext context) {
            context.stop();
        }
    }
}
