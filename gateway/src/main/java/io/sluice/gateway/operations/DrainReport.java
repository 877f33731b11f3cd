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
 * @param notReleased what the gateway could not release in time, such as a folder whose storage hangs
 */
public record DrainReport(
        int endedOnTheirOwn,
        List<SessionStatus> endedGracefully,
        List<SessionStatus> endedByForce,
        List<SessionStatus> stillRunning,
        List<String> notReleased) {

    /**
     * Copies the lists.
     *
     * @param endedOnTheirOwn the number of streams that ended on their own
     * @param endedGracefully the streams that were ended gracefully
     * @param endedByForce the streams that were ended by force
     * @param stillRunning the streams that had not ended
     * @param notReleased what could not be released
     */
    public DrainReport {
        endedGracefully = List.copyOf(endedGracefully);
        endedByForce = List.copyOf(endedByForce);
        stillRunning = List.copyOf(stillRunning);
        notReleased = List.copyOf(notReleased);
    }

    /**
     * The same report after the clean-up.
     *
     * @param unreleased what could not be released in time
     * @return the complete report
     */
    public DrainReport leaving(List<String> unreleased) {
        return new DrainReport(endedOnTheirOwn, endedGracefully, endedByForce, stillRunning, unreleased);
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
                + count(endedByForce, "ended by force") + ", " + count(stillRunning, "still running")
                + (notReleased.isEmpty() ? "" : "; not released: " + String.join(", ", notReleased));
    }

    private static String count(List<SessionStatus> sessions, String outcome) {
        String names = sessions.stream()
                .map(session -> session.sessionId() + " under " + session.streamKey())
                .collect(Collectors.joining(", "));
        return sessions.size() + " " + outcome + (names.isEmpty() ? "" : " (" + names + ")");
    }
}
