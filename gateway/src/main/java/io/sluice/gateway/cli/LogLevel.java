package io.sluice.gateway.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** How much of its own the gateway logs. */
public final class LogLevel {

    private static final String PROPERTY = "sluice.logLevel";
    private static final String OURS = "io.sluice";

    private LogLevel() {}

    /** For the log's own configuration to be read, which comes with the first logger. */
    public static void beforeTheFirstLogger(String level) {
        System.setProperty(PROPERTY, level);
    }

    /** Changes it while the log is in use; of an embedder's log nothing is changed. */
    static void change(String level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(OURS).setLevel(Level.valueOf(level));
        }
    }
}
