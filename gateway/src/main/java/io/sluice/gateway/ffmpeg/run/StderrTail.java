package io.sluice.gateway.ffmpeg.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The last lines of FFmpeg's standard error, redacted and bounded in lines and characters. Not thread-safe: one per
 * stream, on its event loop.
 *
 * <p>Lines have the format of {@code -loglevel level+warning}, such as
 * {@code [tcp @ 0x5581] [error] Connection refused}. Addresses are removed, and a line that differs from the previous
 * one only in numbers replaces it and is counted.
 */
public final class StderrTail {

    private static final int MAX_LINES = 40;
    private static final int MAX_LINE_LENGTH = 500;

    private static final Pattern ADDRESS = Pattern.compile(" @ 0x[0-9a-fA-F]+(?=])");
    private static final Pattern DIGITS = Pattern.compile("\\d+");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");
    private static final Pattern PREFIXES = Pattern.compile("^(\\[[^\\]]*\\] )*");

    /** Messages that do not explain a failure. */
    private static final Pattern NOISE = Pattern.compile("Last message repeated|no version information available"
            + "|not enough frames to estimate rate|has not been used for any stream|^Exiting |^Conversion failed!"
            + "|^\\s*$|Error in the pull function|Non-monotonic? ?DTS|non monotonically increasing dts"
            + "|Could not find codec parameters|Consider increasing the value|Queue input is backward in time"
            + "|Seek to desired resync point failed|deprecated pixel format");

    /** Messages that are a consequence of an earlier one. */
    private static final Pattern CONSEQUENCE = Pattern.compile("^Error opening (input|output)|^Error muxing a packet"
            + "|^Task finished with error|^Terminating thread|^Error writing trailer|^Error closing file"
            + "|^Cannot open connection|^Could not write header|^Error initializing output stream"
            + "|^Error sending frames to consumers|^Nothing was written into output|^Error selecting an encoder"
            + "|^(rtmps?://|pipe:)\\S*: ");

    private final Redactor redactor;
    private final Deque<Line> lines = new ArrayDeque<>();

    /**
     * Creates an empty tail.
     *
     * @param redactor removes the secrets from each line before it is kept
     */
    public StderrTail(Redactor redactor) {
        this.redactor = redactor;
    }

    private record Line(String text, int count) {
        String message() {
            return PREFIXES.matcher(text).replaceFirst("");
        }

        boolean isError() {
            String prefixes = text.substring(0, text.length() - message().length());
            return !prefixes.contains("[warning]") && !prefixes.contains("[info]");
        }

        boolean repeats(Line before) {
            return DIGITS.matcher(text)
                    .replaceAll("#")
                    .equals(DIGITS.matcher(before.text).replaceAll("#"));
        }
    }

    /**
     * Adds a line, and drops the oldest if there are too many.
     *
     * @param rawLine as printed by FFmpeg, without the line end
     */
    public void add(String rawLine) {
        String text = CONTROL.matcher(ADDRESS.matcher(redactor.redact(rawLine)).replaceAll(""))
                .replaceAll(" ");
        Line line = new Line(text.length() > MAX_LINE_LENGTH ? text.substring(0, MAX_LINE_LENGTH) + "…" : text, 1);
        Line last = lines.peekLast();
        if (last != null && line.repeats(last)) {
            lines.removeLast();
            line = new Line(line.text(), last.count() + 1);
        }
        lines.addLast(line);
        if (lines.size() > MAX_LINES) {
            lines.removeFirst();
        }
    }

    /**
     * All lines, for the log.
     *
     * @return at most 40 lines of about 500 characters, oldest first, redacted; repetitions are counted at the end of a
     *     line
     */
    public List<String> lines() {
        List<String> result = new ArrayList<>();
        for (Line line : lines) {
            result.add(line.count() == 1 ? line.text() : line.text() + " (" + line.count() + " times)");
        }
        return result;
    }

    /**
     * The line that best explains a failure: the latest error that is not a consequence of another; otherwise the
     * latest consequence; otherwise the latest warning that is not noise.
     *
     * @return the line without its prefixes, redacted; empty if there is none
     */
    public Optional<String> lastMeaningful() {
        Optional<String> consequence = Optional.empty();
        Optional<String> warning = Optional.empty();
        for (Iterator<Line> latestFirst = lines.descendingIterator(); latestFirst.hasNext(); ) {
            Line line = latestFirst.next();
            String message = line.message();
            if (NOISE.matcher(message).find()) {
                continue;
            }
            if (!line.isError()) {
                warning = warning.or(() -> Optional.of(message));
            } else if (CONSEQUENCE.matcher(message).find()) {
                consequence = consequence.or(() -> Optional.of(message));
            } else {
                return Optional.of(message);
            }
        }
        Optional<String> fallback = warning;
        return consequence.or(() -> fallback);
    }

    /** Whether any line matches. */
    boolean contains(Pattern pattern) {
        return lines.stream().anyMatch(line -> pattern.matcher(line.text()).find());
    }
}
