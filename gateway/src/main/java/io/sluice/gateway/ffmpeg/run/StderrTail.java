package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.output.Output;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The last lines of FFmpeg's standard error, bounded in lines and characters. Not thread-safe: one per stream, on its
 * event loop.
 *
 * <p>Strangers' media decides how many lines FFmpeg prints, and hardly any is ever looked at. So lines are kept as they
 * are, and made fit to be shown when they are: redacted, and without addresses and control characters. Until then they
 * contain secrets.
 *
 * <p>Lines have the format of {@code -loglevel level+warning}, such as {@code [tcp @ 0x5581] [error] Connection
 * refused}. A line that differs from a kept one only in numbers replaces it and is counted, so that two warnings that
 * alternate do not drive out an error.
 */
final class StderrTail {

    private static final int MAX_LINES = 40;
    private static final int MAX_LINE_LENGTH = 500;

    /** Kept in all: redaction takes up to half a millisecond per thousand characters. */
    private static final int MAX_CHARACTERS = 16 * 1_024;

    private static final Pattern ADDRESS = Pattern.compile(" @ 0x[0-9a-fA-F]+(?=])");
    /** What would control a terminal, break a line or change the direction of text. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]+");

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
    private final FailedOutput failedOutput;
    private final Deque<RawLine> raw = new ArrayDeque<>();
    private int characters;
    private long skippedBytes;
    /** What is shown of the kept lines; null if lines were added since. */
    private @Nullable List<Line> shown;

    /**
     * Creates an empty tail.
     *
     * @param redactor removes the secrets from each line before it is shown
     */
    StderrTail(Redactor redactor) {
        this(redactor, List.of());
    }

    /**
     * Creates an empty tail that also finds out which output fails.
     *
     * @param redactor removes the secrets from each line before it is shown
     * @param outputs the outputs, in FFmpeg's order
     */
    StderrTail(Redactor redactor, List<? extends Output> outputs) {
        this.redactor = redactor;
        this.failedOutput = new FailedOutput(outputs);
    }

    private record RawLine(String text, int count) {}

    private record Line(String text, int count) {
        String message() {
            return PREFIXES.matcher(text).replaceFirst("");
        }

        boolean isError() {
            String prefixes = text.substring(0, text.length() - message().length());
            return !prefixes.contains("[warning]") && !prefixes.contains("[info]");
        }
    }

    /**
     * Adds a line, and drops the oldest if there are too many.
     *
     * @param rawLine as printed by FFmpeg, without the line end
     */
    void add(String rawLine) {
        failedOutput.inspect(rawLine);
        int count = 1;
        for (Iterator<RawLine> latestFirst = raw.descendingIterator(); latestFirst.hasNext(); ) {
            RawLine line = latestFirst.next();
            if (RepeatedLine.differOnlyInNumbers(line.text(), rawLine)) {
                count = line.count() + 1;
                characters -= line.text().length();
                latestFirst.remove();
                break;
            }
        }
        raw.addLast(new RawLine(rawLine, count));
        characters += rawLine.length();
        while (raw.size() > MAX_LINES || characters > MAX_CHARACTERS) {
            characters -= raw.removeFirst().text().length();
        }
        shown = null;
    }

    /**
     * Counts output that FFmpeg printed too fast to be inspected.
     *
     * @param bytes how many bytes
     */
    void skipped(long bytes) {
        skippedBytes += bytes;
    }

    /** How much FFmpeg printed too fast to be inspected, in bytes. */
    long skippedBytes() {
        return skippedBytes;
    }

    private List<Line> shown() {
        List<Line> lines = shown;
        if (lines == null) {
            lines = raw.stream()
                    .map(line -> new Line(show(line.text()), line.count()))
                    .toList();
            shown = lines;
        }
        return lines;
    }

    private String show(String rawLine) {
        String text = CONTROL.matcher(ADDRESS.matcher(redactor.redact(rawLine)).replaceAll(""))
                .replaceAll(" ");
        return text.length() > MAX_LINE_LENGTH ? text.substring(0, MAX_LINE_LENGTH) + "…" : text;
    }

    /**
     * All lines, for the log.
     *
     * @return at most 40 lines of about 500 characters, oldest first, redacted; repetitions are counted at the end of a
     *     line, and another line says how much was skipped
     */
    List<String> lines() {
        List<String> result = new ArrayList<>();
        for (Line line : shown()) {
            result.add(line.count() == 1 ? line.text() : line.text() + " (" + line.count() + " times)");
        }
        if (skippedBytes > 0) {
            result.add("[" + skippedBytes + " bytes were skipped, because FFmpeg printed too much]");
        }
        return result;
    }

    /**
     * The line that best explains a failure: the latest error that is not a consequence of another; otherwise the
     * latest consequence; otherwise the latest warning that is not noise.
     *
     * @return the line without its prefixes, redacted; empty if there is none
     */
    Optional<String> lastMeaningful() {
        Optional<String> consequence = Optional.empty();
        Optional<String> warning = Optional.empty();
        List<Line> lines = shown();
        for (int i = lines.size() - 1; i >= 0; i--) {
            Line line = lines.get(i);
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

    /** The one of several outputs that FFmpeg's errors are about, redacted; empty if unknown. */
    Optional<String> failedOutput() {
        return failedOutput.name().map(redactor::redact);
    }

    /** Whether any line matches. */
    boolean contains(Pattern pattern) {
        return shown().stream().anyMatch(line -> pattern.matcher(line.text()).find());
    }
}
