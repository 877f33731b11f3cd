package io.sluice.gateway.session;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Where a session is in its life, for the session itself and for operators. */
public enum SessionState {

    /** The WebSocket is open and {@code open} has not arrived. Only with a client that negotiates. */
    NEGOTIATING,

    /** Admission, permission, stream key, outputs, FFmpeg. A plain client's media already arrives, and waits. */
    STARTING,

    /** FFmpeg takes the media. */
    LIVE,

    /** As live, but the connection is lost: no media arrives until the client continues over another one. */
    AWAITING,

    /** No more media is accepted. What arrived is being delivered, and FFmpeg writes its trailers. */
    FINISHING,

    /** What waited is discarded, and FFmpeg is being shut down. */
    ABORTING,

    /** The client has its last message. What the session holds is being released. */
    CLOSING,

    /** Nothing of the session is left. */
    CLOSED;

    private static final Map<SessionState, Set<SessionState>> TRANSITIONS = new EnumMap<>(Map.of(
            NEGOTIATING, EnumSet.of(STARTING, CLOSING),
            STARTING, EnumSet.of(LIVE, CLOSING),
            LIVE, EnumSet.of(AWAITING, FINISHING, ABORTING, CLOSING),
            AWAITING, EnumSet.of(LIVE, FINISHING, ABORTING, CLOSING),
            FINISHING, EnumSet.of(ABORTING, CLOSING),
            ABORTING, EnumSet.of(CLOSING),
            CLOSING, EnumSet.of(CLOSED),
            CLOSED, EnumSet.noneOf(SessionState.class)));

    /**
     * Whether a session may go from this state to another.
     *
     * @param next the other state
     * @return true for the transitions in the table, and for no others
     */
    public boolean canTransitionTo(SessionState next) {
        return TRANSITIONS.getOrDefault(this, Set.of()).contains(next);
    }

    /**
     * Whether a run of FFmpeg belongs to the session.
     *
     * @return true from {@link #LIVE} until {@link #CLOSING}
     */
    public boolean hasRun() {
        return isOnAir() || this == FINISHING || this == ABORTING;
    }

    /**
     * Whether the stream goes on, with or without a connection.
     *
     * @return true if {@link #LIVE} or {@link #AWAITING}
     */
    public boolean isOnAir() {
        return this == LIVE || this == AWAITING;
    }

    /**
     * Whether the stream is coming to its end, so that its stream key is about to be free.
     *
     * @return true from {@link #FINISHING} on
     */
    public boolean isEnding() {
        return compareTo(FINISHING) >= 0;
    }

    /**
     * The state as the admin API and metrics name it.
     *
     * @return such as {@code live}
     */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
