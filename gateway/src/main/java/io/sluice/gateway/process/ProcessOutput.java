package io.sluice.gateway.process;

/**
 * Receives a child process's output line by line, on the child's event loop.
 *
 * <p>Both streams are always read, because a child whose output is not read stops at a full pipe. Lines end with a line
 * feed or carriage return; empty lines are skipped; a line longer than {@link LineSplitter#MAX_LINE_BYTES} is replaced
 * by a note, because a truncated line could show part of a secret that redaction no longer recognises.
 *
 * <p>An implementation must not block. Exceptions are logged and otherwise ignored.
 */
public interface ProcessOutput {

    /**
     * A line from standard output.
     *
     * @param line the line, decoded as UTF-8, without its line end
     */
    void onStdout(String line);

    /**
     * A line from standard error.
     *
     * @param line the line, decoded as UTF-8, without its line end
     */
    void onStderr(String line);
}
