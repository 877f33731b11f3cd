package io.sluice.gateway.process;

import java.time.Duration;

/**
 * How long each step of a shutdown may take before the next, harder one is tried: close standard input, terminate, terminate again, kill.
 *
 * <p>Closing standard input comes first because a filter that still waits for input may answer a termination signal only after its next
 * read; FFmpeg hangs on SIGTERM while its input is open and idle (seen with 5.1 and 8.1). The second signal is there for programs that
 * take the first as a request and the second as an order, as FFmpeg does.
 *
 * @param afterClose from the end of standard input to the first termination signal
 * @param afterTerminate from the first to the second
 * @param afterSecondTerminate from the second to the kill
 * @param afterKill from the kill until the wait itself is given up: a process in an uninterruptible system call cannot be reaped
 */
public record ShutdownLadder(
        Duration afterClose, Duration afterTerminate, Duration afterSecondTerminate, Duration afterKill) {

    /**
     * The longest that a shutdown can take.
     *
     * @return the sum of all steps
     */
    public Duration total() {
        return afterClose.plus(afterTerminate).plus(afterSecondTerminate).plus(afterKill);
    }
}
