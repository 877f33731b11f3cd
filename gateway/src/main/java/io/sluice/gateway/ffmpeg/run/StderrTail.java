package io.sluice.gateway.ffmpeg.run;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The last words of an FFmpeg, redacted and bounded in lines and characters. Not thread-safe: one per stream, on its
 * event loop.
 *
 * <p>Lines come as {@code -loglevel level+warning} prints them, {@code [tcp @ 0x5581] [error] Connection refused}.
 * Addresses are taken out, and a line that differs from the one before in its numbers only replaces it and is counted.
 */
public final class StderrTail {

    private static final int MAX_LINES = 40;
    private static final int MAX_LINE_LENGTH = 500;

    private static final Pattern ADDRESS = Pattern.compile(" @ 0x[0-9a-fA-F]+(?=])");
    private static final Pattern DIGITS = Pattern.compile("\\d+");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");
    private static final Pattern PREFIXES = Pattern.compile("^(\\[[^\\]]*\\] )*");

    /** What says nothing of a stream's fate. */
    private static final Pattern NOISE = Pattern.compile("Last message repeated|no version information available"
            + "|not enough frames to estimate rate|has not been used for any stream|^Exiting |^Conversion failed!"
            + "|^\\s*$|Error in the pull function|Non-monotonic? ?DTS|non monotonically increasing dts"
            + "|Could not find codec parameters|Consider increasing the value|Queue input is backward in time"
            + "|Seek to desired resync point failed|deprecated pixel format");

    /** What FFmpeg says because of something it has said before. */
    private static final Pattern FOLLOWER = Pattern.compile("^Error opening (input|output)|^Error muxing a packet"
            + "|^Task finished with error|^Terminating thread|^Error writing trailer|^Error closing file"
            + "|^Cannot open connection|^Could not write header|^Error initializing output stream"
            + "|^Error sending frames to consumers|^Nothing was written into output|^Error selecting an encoder"
            + "|^(rtmps?://|pipe:)\\S*: ");

    private final Redactor redactor;
    private final Deque<Line> lines = new ArrayDeque<>();

    /**
     * An empty tail.
     *
     * @param redactor takes the secrets out of each line before it is kept
     */
    public StderrTail(Redactor redactor) {
        this.redactor = redactor;
    }

    private record Line(String text, int count) {
        String words() {
            return PREFIXES.matcher(text).replaceFirst("");
        }

        boolean isError() {
            String prefixes = text.substring(0, text.length() - words().length());
            return !prefixes.contains("[warning]") && !prefixes.contains("[info]");
        }

        boolean repeats(Line before) {
            return DIGITS.matcher(text)
                    .replaceAll("#")
                    .equals(DIGITS.matcher(before.text).replaceAll("#"));
        }
    }

    /**
     * Keeps a line, and lets go of the oldest if there are too many.
     *
     * @param rawLine as FFmpeg printed it, without its line end
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
     * What is kept, for a log.
     *
     * @return at most 40 lines of some 500 characters, oldest first, redacted; repetitions are counted at the end
     */
    public List<String> lines() {
        List<String> result = new ArrayList<>();
        for (Line line : lines) {
            result.add(line.count() == 1 ? line.text() : line.text() + " (" + line.count() + " times)");
        }
        return result;
    }

    /**
     * The line that explains a failure best: the latest error that is not itself the consequence of another; failing
     * that, the latest consequence; failing that, the latest warning of substance.
     *
     * @return the line without its prefixes, redacted; empty if nothing of substance was said
     */
    public Optional<String> lastMeaningful() {
        Optional<String> follower = Optional.empty();
        Optional<String> warning = Optional.empty();
        for (Iterator<Line> latestFirst = lines.descendingIterator(); latestFirst.hasNext(); ) {
            Line line = latestFirst.next();
            String words = line.words();
            if (NOISE.matcher(words).find()) {
                continue;
            }
            if (!line.isError()) {
                warning = warning.or(() -> Optional.of(words));
            } else if (FOLLOWER.matcher(words).find()) {
                follower = follower.or(() -> Optional.of(words));
            } else {
                return Optional.of(words);
            }
        }
        Optional<String> second = warning;
        return follower.or(() -> second);
    }

    /** Whether any line kept matches. */
    boolean says(Pattern pattern) {
        return lines.stream().anyMatch(line -> pattern.matcher(line.text()).find());
    }
}
