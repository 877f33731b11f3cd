package io.sluice.gateway.process;

import java.util.OptionalInt;

/**
 * How a process ended. A value, never an exception.
 *
 * @param code the exit code as reported by the JDK: 128 plus the signal number if a signal ended the process
 */
public record ProcessExit(int code) {

    private static final int SIGNAL_BASE = 128;

    /**
     * The signal that ended the process. A program can also exit with such a code; the JDK does not distinguish the
     * two.
     *
     * @return the signal number, or empty for an ordinary exit
     */
    public OptionalInt signal() {
        return code > SIGNAL_BASE && code < 2 * SIGNAL_BASE ? OptionalInt.of(code - SIGNAL_BASE) : OptionalInt.empty();
    }
}
