package io.sluice.gateway.operations;

import io.sluice.gateway.session.SessionStatus;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What happened to the streams that were live when the gateway started to shut down. Prints for a log, without secrets.
 *
 * @param endedOnTheirOwn the number of streams that ended on their own, successfully or not
 * @param endedGracefully the streams that the gateway ended gracefully, with a trailer but before their publisher was
 *     done
 * @param endedByForce the streams that did not finish in time and may lack a trailer
 * @param stillRunning the streams that had not ended when the gateway stopped waiting; their FFmpeg may still run
 */
public record DrainReport(
        int endedOnTheirOwn,
        List<SessionStatus> endedGracefully,
        List<SessionStatus> endedByForce,
        List<SessionStatus> stillRunning) {

    /**
     * Copies the lists.
     *
     * @param endedOnTheirOwn the number of streams that ended on their own
     * @param endedGracefully the streams that were ended gracefully
     * @param endedByForce the streams that were ended by force
     * @param stillRunning the streams that had not ended
     */
    public DrainReport {
        endedGracefully = List.copyOf(endedGracefully);
        endedByForce = List.copyOf(endedByForce);
        stillRunning = List.copyOf(stillRunning);
    }

    /**
     * Whether the whole shutdown was graceful.
     *
     * @return true if no stream was ended by force or is still running
     */
    public boolean isGraceful() {
        return endedByForce.isEmpty() && stillRunning.isEmpty();
    }

    @Override
    public String toString() {
        return endedOnTheirOwn + " streams ended on their own, " + count(endedGracefully, "ended gracefully") + ", "
                + count(endedByForce, "ended by force") + ", " + count(stillRunning, "still running");
    }

    private static String count(List<SessionStatus> sessions, String outcome) {
        String names = sessions.stream()
                .map(session -> session.sessionId() + " under " + session.streamKey())
                .collect(Collectors.joining(", "));
        return sessions.size() + " " + outcome + (names.isEmpty() ? "" : " (" + names + ")");
    }
}
