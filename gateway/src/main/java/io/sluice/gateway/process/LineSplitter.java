package io.sluice.gateway.process;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns bytes into lines, within a bound. Not thread-safe; used on one event loop. */
final class LineSplitter {

    /** The longest line that is passed on, in bytes. */
    static final int MAX_LINE_BYTES = 8_192;

    private static final Logger LOG = LoggerFactory.getLogger(LineSplitter.class);
    private static final int INITIAL_BYTES = 128;

    private final Consumer<String> lines;
    private byte[] line = new byte[INITIAL_BYTES];
    private int length;
    private boolean tooLong;

    LineSplitter(Consumer<String> lines) {
        this.lines = lines;
    }

    void accept(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte b = bytes.get();
            if (b == '\n' || b == '\r') {
                endLine();
            } else {
                append(b);
            }
        }
    }

    /** Passes on a last line that has no end. */
    void finish() {
        endLine();
    }

    private void append(byte b) {
        if (length == MAX_LINE_BYTES) {
            tooLong = true;
            return;
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, length * 2);
        }
        line[length++] = b;
    }

    @SuppressWarnings("CatchAndPrintStackTrace")
    private void endLine() {
        if (length == 0) {
            return;
        }
        String text = tooLong
                ? "[a line of more than " + MAX_LINE_BYTES + " bytes was left out]"
                : new String(line, 0, length, StandardCharsets.UTF_8);
        length = 0;
        tooLong = false;
        try {
            lines.accept(text);
        } catch (RuntimeException e) {
            // An exception that left an I/O handle would put the whole event loop to sleep for a second.
            LOG.error("The listener to a child's output failed", e);
        }
    }
}
