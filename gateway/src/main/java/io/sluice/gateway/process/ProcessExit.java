package io.sluice.gateway.process;

import java.util.OptionalInt;

/**
 * How a process ended. Exit is a value here, never an exception.
 *
 * @param code the exit code as the JDK reports it: for a process that a signal ended, 128 plus the signal's number
 */
public record ProcessExit(int code) {

    private static final int SIGNAL_BASE = 128;

    /**
     * The signal that ended the process. A program may also exit with such a code by itself; the JDK does not tell the two apart.
     *
     * @return the signal's number, or empty for an ordinary exit
     */
    public OptionalInt signal() {
        return code > SIGNAL_BASE && code < 2 * SIGNAL_BASE ? OptionalInt.of(code - SIGNAL_BASE) : OptionalInt.empty();
    }
}
