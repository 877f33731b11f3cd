package io.sluice.gateway.process;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Splits bytes into lines of bounded length. Not thread-safe; used on one event loop. */
final class LineSplitter {

    /** Maximum length of a line in bytes; longer ones are replaced by a note. */
    static final int MAX_LINE_BYTES = 8_192;

    private static final Logger LOG = LoggerFactory.getLogger(LineSplitter.class);
    private static final int INITIAL_BYTES = 128;

    private final Consumer<String> lines;
    private byte[] line = new byte[INITIAL_BYTES];
    private int length;
    private boolean tooLong;
    private boolean skipping;

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

    /** Drops the line that has begun, up to its end, because the bytes that follow are missing. */
    void skipLine() {
        length = 0;
        tooLong = false;
        skipping = true;
    }

    /** Delivers a last line without a line end. */
    void finish() {
        endLine();
    }

    private void append(byte b) {
        if (skipping) {
            return;
        }
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
        skipping = false;
        if (length == 0) {
            return;
        }
        String text = tooLong
                ? "[line of more than " + MAX_LINE_BYTES + " bytes omitted]"
                : new String(line, 0, length, StandardCharsets.UTF_8);
        length = 0;
        tooLong = false;
        try {
            lines.accept(text);
        } catch (RuntimeException e) {
            // An exception that escapes an I/O handle makes the event loop sleep for a second.
            LOG.error("A listener for a child's output failed", e);
        }
    }
}
