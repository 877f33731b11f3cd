package io.sluice.gateway.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** Level and format of the program's log. An operator's own Logback configuration may ignore both. */
final class LogSetup {

    private static final String LEVEL = "sluice.logLevel";
    private static final String FORMAT = "sluice.logFormat";
    private static final String OWN_LOGGERS = "io.sluice";

    private LogSetup() {}

    /** Must be called before the first logger is created, which reads Logback's configuration. */
    static void beforeFirstLogger(LogOptions options) {
        System.setProperty(LEVEL, options.level());
        System.setProperty(FORMAT, options.format());
    }

    /** Changes the level while the log is in use; has no effect on another logging framework than Logback. */
    static void changeLevel(String level) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(OWN_LOGGERS).setLevel(Level.valueOf(level));
        }
    }
}
