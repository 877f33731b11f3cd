package io.sluice.gateway.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * The last stage before the console: removes what looks like a secret from each line and stack trace, those of
 * libraries included, and limits lines that repeat. The gateway redacts what it logs itself; this is for what nobody
 * foresaw.
 *
 * <p>Runs on the thread of the asynchronous appender before it, so it costs no event loop anything, and is confined to
 * that thread.
 */
public final class RedactingAppender extends UnsynchronizedAppenderBase<ILoggingEvent>
        implements AppenderAttachable<ILoggingEvent> {

    /** Per minute and logger of a library: their lines cannot be told apart. */
    static final int LIBRARY_LINES = 60;

    /** Per minute, logger and message of the gateway, at WARN and ERROR: what a stranger can cause. */
    static final int OWN_LINES = 600;

    private static final String OWN_LOGGERS = "io.sluice";
    private static final long WINDOW_MILLIS = 60_000;

    /** Further kinds of lines share one count. */
    private static final int MAX_KINDS = 500;

    private final AppenderAttachableImpl<ILoggingEvent> next = new AppenderAttachableImpl<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private final Map<String, Repeated> repeated = new HashMap<>();
    private long windowStart;

    private static final class Repeated {
        private final ILoggingEvent first;
        private long count;

        Repeated(ILoggingEvent first) {
            this.first = first;
        }
    }

    /** Created by Logback. */
    public RedactingAppender() {}

    @Override
    protected void append(ILoggingEvent event) {
        if (Math.abs(event.getTimeStamp() - windowStart) >= WINDOW_MILLIS) {
            endWindow();
            windowStart = event.getTimeStamp();
        }
        boolean own = event.getLoggerName().startsWith(OWN_LOGGERS);
        if (own && !event.getLevel().isGreaterOrEqual(Level.WARN)) {
            pass(event);
            return;
        }
        String kind = kindOf(event, own);
        int count = counts.merge(kind, 1, Integer::sum);
        int limit = own ? OWN_LINES : LIBRARY_LINES;
        if (count <= limit) {
            pass(event);
        } else {
            repeated.computeIfAbsent(kind, unused -> new Repeated(event)).count++;
        }
        if (count == limit) {
            write(new RedactedEvent(event, "Further lines like the one before are only counted, for up to a minute"));
        }
    }

    private String kindOf(ILoggingEvent event, boolean own) {
        String kind = own ? event.getLoggerName() + ' ' + event.getMessage() : event.getLoggerName();
        return counts.containsKey(kind) || counts.size() < MAX_KINDS ? kind : "";
    }

    private void endWindow() {
        repeated.values().forEach(kind -> write(new RedactedEvent(kind.first, "… repeated " + kind.count + " times")));
        repeated.clear();
        counts.clear();
    }

    private void pass(ILoggingEvent event) {
        write(new RedactedEvent(event, LogRedaction.redact(event.getFormattedMessage())));
    }

    private void write(ILoggingEvent event) {
        next.appendLoopOnAppenders(event);
    }

    @Override
    public void stop() {
        endWindow();
        super.stop();
        next.detachAndStopAllAppenders();
    }

    @Override
    public void addAppender(Appender<ILoggingEvent> appender) {
        next.addAppender(appender);
    }

    @Override
    public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
        return next.iteratorForAppenders();
    }

    @Override
    public Appender<ILoggingEvent> getAppender(String name) {
        return next.getAppender(name);
    }

    @Override
    public boolean isAttached(Appender<ILoggingEvent> appender) {
        return next.isAttached(appender);
    }

    @Override
    public void detachAndStopAllAppenders() {
        next.detachAndStopAllAppenders();
    }

    @Override
    public boolean detachAppender(Appender<ILoggingEvent> appender) {
        return next.detachAppender(appender);
    }

    @Override
    public boolean detachAppender(String name) {
        return next.detachAppender(name);
    }
}
