package io.sluice.gateway.process;

/**
 * Takes what a child process prints, line by line, on the child's event loop.
 *
 * <p>Both streams are always read, whether or not anybody listens: a child whose output nobody reads stops at a full pipe. Lines end with
 * line feed or carriage return; empty ones are left out; one longer than {@link LineSplitter#MAX_LINE_BYTES} is replaced by a note,
 * because a cut line could show the first half of a secret that no redaction recognises any more.
 *
 * <p>An implementation must not block. What it throws is logged and goes no further.
 */
public interface ProcessOutput {

    /**
     * A line from standard output.
     *
     * @param line the line, decoded as UTF-8, without its end
     */
    void onStdout(String line);

    /**
     * A line from standard error.
     *
     * @param line the line, decoded as UTF-8, without its end
     */
    void onStderr(String line);
}
