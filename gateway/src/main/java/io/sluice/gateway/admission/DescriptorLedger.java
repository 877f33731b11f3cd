package io.sluice.gateway.admission;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts what holds file descriptors: every socket, from the moment it is accepted, and the pipes of every stream.
 * Streams keep a reserve, which shrinks as they take it, so that connections cannot use up what streams need; health
 * checks keep another. A process that runs out of descriptors can neither accept nor start anything.
 *
 * <p>Thread-safe.
 */
public final class DescriptorLedger {

    /** What another connection may be used for. */
    public enum Room {
        /** Everything. */
        ANY,
        /** A stream or a health check: the rest of the descriptors is kept for these. */
        STREAMS,
        /** A health check. */
        HEALTH,
        /** Nothing: it must be closed. */
        NONE
    }

    /** The pipes of a running FFmpeg. */
    private static final int PIPES = 3;

    /** The pipes of an FFmpeg that starts, with the ends that it will get. */
    private static final int PIPES_AT_START = 2 * PIPES;

    /** Files that are open for a moment, log files, connections to services; and, as many again, health checks. */
    private static final int MAX_SPARE = 64;

    private static final int SPARE_SHARE = 8;
    private static final int HEALTH_SHARE = 16;

    /** Of the streams' half, what connections can never take. */
    private static final int LEAST_RESERVE_SHARE = 16;

    private final long limit;
    private final long health;
    private final AtomicInteger sockets = new AtomicInteger();
    private final AtomicInteger pipes = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();

    /**
     * An empty ledger.
     *
     * @param maxOpenFiles the limit of the process; empty if unknown, so that nothing is limited
     * @param openFiles what the process has opened so far
     */
    DescriptorLedger(OptionalLong maxOpenFiles, OptionalLong openFiles) {
        if (maxOpenFiles.isEmpty()) {
            limit = Integer.MAX_VALUE;
            health = MAX_SPARE;
            return;
        }
        long max = Math.min(maxOpenFiles.getAsLong(), Integer.MAX_VALUE);
        health = Math.min(MAX_SPARE, max / HEALTH_SHARE);
        limit = Math.max(1, max - openFiles.orElse(0) - spare(max) - health);
    }

    /** Descriptors that are not given to sockets and pipes. */
    static long spare(long maxOpenFiles) {
        return Math.min(MAX_SPARE, maxOpenFiles / SPARE_SHARE);
    }

    /**
     * The descriptors that sockets and pipes can have together.
     *
     * @return their number
     */
    public long limit() {
        return limit;
    }

    /**
     * Counts a socket, which must be followed by {@link #closed} in every case.
     *
     * @return what it may be used for
     */
    public Room opened() {
        sockets.incrementAndGet();
        long used = used();
        if (used + reserve() <= limit) {
            return Room.ANY;
        }
        if (used + PIPES_AT_START <= limit) {
            return Room.STREAMS;
        }
        return used <= limit + health ? Room.HEALTH : Room.NONE;
    }

    /**
     * Counts an operator's socket, which may use what is kept for streams. The number of these has a limit of its own.
     *
     * @return what it may be used for
     */
    public Room openedByOperator() {
        sockets.incrementAndGet();
        long used = used();
        return used <= limit ? Room.ANY : used <= limit + health ? Room.HEALTH : Room.NONE;
    }

    /** A socket has closed. */
    public void closed() {
        sockets.decrementAndGet();
    }

    /**
     * Whether new connections are refused for lack of descriptors, unless they bring a stream.
     *
     * @return true if so
     */
    public boolean isCrowded() {
        return used() + reserve() >= limit;
    }

    /**
     * Why the gateway is crowded.
     *
     * @param share of the limit to apply, at most 1
     * @return the reason, for the operator; empty if it is not crowded
     */
    Optional<String> crowdedReason(double share) {
        long used = used();
        return used + reserve() >= limit * share
                ? Optional.of("too many connections: they and the streams use " + used + " of " + limit
                        + " file descriptors, and the rest is kept for streams")
                : Optional.empty();
    }

    /** Counts the pipes of a stream that starts. False, and nothing is counted, if there are not enough descriptors. */
    boolean streamStarts() {
        if (pipes.addAndGet(PIPES_AT_START) + sockets.get() > limit) {
            pipes.addAndGet(-PIPES_AT_START);
            return false;
        }
        streams.incrementAndGet();
        return true;
    }

    /** Its FFmpeg has its own ends of the pipes. */
    void streamRuns() {
        pipes.addAndGet(PIPES - PIPES_AT_START);
    }

    /** Ends what {@link #streamStarts} began. */
    void streamEnded(boolean ran) {
        pipes.addAndGet(ran ? -PIPES : -PIPES_AT_START);
        streams.decrementAndGet();
    }

    private long used() {
        return (long) sockets.get() + pipes.get();
    }

    /** Half of everything is for streams, less what they have. */
    private long reserve() {
        long taken = (long) pipes.get() + streams.get();
        return Math.max(limit / 2 - taken, limit / LEAST_RESERVE_SHARE);
    }
}
