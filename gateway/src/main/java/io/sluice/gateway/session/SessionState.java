package io.sluice.gateway.session;

/** Where a session is in its life. */
enum SessionState {
    /** The upgrade is done and {@code open} has not come. In the negotiated way only. */
    NEGOTIATING,
    /** Permission, key, outputs, plan, process. A plain client's media already comes, and waits. */
    STARTING,
    /** FFmpeg takes the media, or works off what it was given. */
    LIVE,
    /** The client has had its last word. */
    ENDED;

    /** As others see it: who has had the last word may still have something left to give back. */
    SessionStatus.Phase phase() {
        return switch (this) {
            case NEGOTIATING -> SessionStatus.Phase.NEGOTIATING;
            case STARTING -> SessionStatus.Phase.STARTING;
            case LIVE -> SessionStatus.Phase.LIVE;
            case ENDED -> SessionStatus.Phase.ENDING;
        };
    }

    boolean mayBecome(SessionState next) {
        return switch (this) {
            case NEGOTIATING -> next == STARTING || next == ENDED;
            case STARTING -> next == LIVE || next == ENDED;
            case LIVE -> next == ENDED;
            case ENDED -> false;
        };
    }
}
