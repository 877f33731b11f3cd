package io.sluice.gateway.operations;

import io.sluice.gateway.session.SessionStatus;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the streams fared that were live when the gateway was asked to leave. Prints for a log, without secrets.
 *
 * @param byThemselves how many came to an end of their own, whatever it was
 * @param cut who was ended in order by the gateway: with a trailer, in the middle of their broadcast
 * @param forced who did not finish in time, and may lack a trailer
 * @param left who was not gone when the gateway gave up waiting; their FFmpeg may still run
 */
public record DrainReport(
        int byThemselves, List<SessionStatus> cut, List<SessionStatus> forced, List<SessionStatus> left) {

    /**
     * Copies the lists.
     *
     * @param byThemselves how many came to an end of their own
     * @param cut who was ended in order
     * @param forced who was ended by force
     * @param left who was not gone
     */
    public DrainReport {
        cut = List.copyOf(cut);
        forced = List.copyOf(forced);
        left = List.copyOf(left);
    }

    /**
     * Whether every stream was left to finish.
     *
     * @return true if none was ended by force or is left
     */
    public boolean inOrder() {
        return forced.isEmpty() && left.isEmpty();
    }

    @Override
    public String toString() {
        return byThemselves + " streams ended by themselves, " + cut.size() + " were cut in order" + names(cut) + ", "
                + forced.size() + " had to be forced" + names(forced) + ", " + left.size() + " are left" + names(left);
    }

    private static String names(List<SessionStatus> sessions) {
        return sessions.isEmpty()
                ? ""
                : sessions.stream()
                        .map(session -> session.sessionId() + " under " + session.streamKey())
                        .collect(Collectors.joining(", ", " (", ")"));
    }
}
