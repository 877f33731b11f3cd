package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.output.Output;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Finds out which of several outputs FFmpeg's errors are about. FFmpeg 8 numbers its outputs in them, FFmpeg 5 names
 * their URLs or servers. Not thread-safe: one per stream, on its event loop.
 */
final class FailedOutput {

    private static final Pattern ERROR = Pattern.compile("\\[(error|fatal)] ");
    private static final Pattern NUMBER = Pattern.compile("\\[(?:out|[av]ost)#(\\d{1,2})[:/]");
    private static final Pattern ADDRESS = Pattern.compile("(rtmps?)://(?:[^/@]*@)?([^/?]+)(?:/([^/?]*))?.*");

    private final List<? extends Output> outputs;
    private final BitSet mentioned = new BitSet();

    FailedOutput(List<? extends Output> outputs) {
        this.outputs = List.copyOf(outputs);
    }

    /** Inspects a line as FFmpeg printed it, that is with whole URLs. */
    void inspect(String rawLine) {
        if (outputs.size() < 2 || !ERROR.matcher(rawLine).find()) {
            return;
        }
        Matcher number = NUMBER.matcher(rawLine);
        if (number.find()) {
            mentioned.set(Integer.parseInt(number.group(1)));
            return;
        }
        int[] byUrl = indexes(rawLine, false);
        int[] found = byUrl.length == 0 ? indexes(rawLine, true) : byUrl;
        // Two outputs on one server: unknown which.
        if (found.length == 1) {
            mentioned.set(found[0]);
        }
    }

    /**
     * The output that all errors are about.
     *
     * @return scheme, server and application, which are secret only if they contain the stream key; empty if it is
     *     unknown
     */
    Optional<String> name() {
        if (outputs.size() == 1) {
            return Optional.of(nameOf(outputs.get(0)));
        }
        int index = mentioned.nextSetBit(0);
        return mentioned.cardinality() == 1 && index < outputs.size()
                ? Optional.of(nameOf(outputs.get(index)))
                : Optional.empty();
    }

    private int[] indexes(String rawLine, boolean byServer) {
        return IntStream.range(0, outputs.size())
                .filter(index -> outputs.get(index) instanceof Output.RtmpOutput rtmp
                        && (byServer ? namesServer(rawLine, rtmp) : rawLine.contains(rtmp.url())))
                .toArray();
    }

    private static boolean namesServer(String rawLine, Output.RtmpOutput rtmp) {
        Matcher address = ADDRESS.matcher(rtmp.url());
        if (!address.matches()) {
            return false;
        }
        String server = address.group(2).toLowerCase(Locale.ROOT);
        boolean hasPort = server.matches(".*:\\d+");
        String withPort = hasPort ? server : server + (rtmp.scheme().equals("rtmps") ? ":443" : ":1935");
        String line = rawLine.toLowerCase(Locale.ROOT);
        return List.of(withPort, server).stream()
                .anyMatch(name -> Pattern.compile("://" + Pattern.quote(name) + "(?![\\w.:-])")
                        .matcher(line)
                        .find());
    }

    private static String nameOf(Output output) {
        if (!(output instanceof Output.RtmpOutput rtmp)) {
            return "the preview";
        }
        Matcher address = ADDRESS.matcher(rtmp.url());
        return address.matches()
                ? rtmp.scheme() + "://" + address.group(2) + (address.group(3) == null ? "" : "/" + address.group(3))
                : Output.RtmpOutput.redacted(rtmp.url());
    }
}
