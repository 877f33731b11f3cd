package io.sluice.gateway.process;

import java.time.Duration;

/**
 * How long to wait after each step of a shutdown before the next, more forceful one: close standard input, terminate,
 * terminate again, kill.
 *
 * <p>Closing standard input is first because a program that waits for input may handle a termination signal only after
 * its next read; FFmpeg hangs on SIGTERM while its input is open and idle (observed with 5.1 and 8.1). The second
 * signal is for programs that treat the first as a request and the second as an order, like FFmpeg.
 *
 * @param afterClose from the end of standard input to the first termination signal
 * @param afterTerminate from the first to the second
 * @param afterSecondTerminate from the second to the kill
 * @param afterKill from the kill until the shutdown fails: a process in an uninterruptible system call cannot be reaped
 */
public record ShutdownLadder(
        Duration afterClose, Duration afterTerminate, Duration afterSecondTerminate, Duration afterKill) {

    /**
     * The maximum duration of a shutdown.
     *
     * @return the sum of all steps
     */
    public Duration total() {
        return afterClose.plus(afterTerminate).plus(afterSecondTerminate).plus(afterKill);
    }
}
