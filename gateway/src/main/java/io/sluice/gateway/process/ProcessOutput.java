package io.sluice.gateway.process;

/**
 * Receives a child process's output line by line, on the child's event loop.
 *
 * <p>Both streams are always read, because a child whose output is not read stops at a full pipe. Lines end with a line
 * feed or carriage return; empty lines are skipped; a line longer than {@link LineSplitter#MAX_LINE_BYTES} is replaced
 * by a note, because a truncated line could show part of a secret that redaction no longer recognises. A child that
 * prints without end is read all the same, but most of it is skipped: see {@link #onSkipped}.
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

    /**
     * Output was skipped, because the child printed faster than {@value MeteredLines#BYTES_PER_SECOND} bytes a second
     * to one of its streams. Called often while that lasts.
     *
     * @param bytes how many bytes, since the last call
     */
    default void onSkipped(long bytes) {}
}
