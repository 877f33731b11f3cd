package io.sluice.e2e.harness;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a live JVM says of itself, asked from outside. */
public record JvmFacts(long pid) {

    /** Makes it count what it takes from the system. */
    public static final String COUNTING = "-XX:NativeMemoryTracking=summary";

    private static final Duration LIMIT = Publisher.SOON;

    /** The part of the count that direct buffers are in, with and without Unsafe, and little else is. */
    private static final Pattern OTHER = Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB\\)");

    private static final Pattern HEAP = Pattern.compile("total \\d+K, used (\\d+)K");

    /** What objects take of the heap, garbage included. */
    public long heapBytes() {
        Matcher heap = HEAP.matcher(ask("GC.heap_info"));
        if (!heap.find()) {
            throw new AssertionError("the JVM tells its heap in other words");
        }
        return Long.parseLong(heap.group(1)) * 1024;
    }

    /** Direct memory; the JVM must have been started with {@link #COUNTING}. */
    public long directBytes() {
        Matcher other = OTHER.matcher(ask("VM.native_memory", "summary"));
        if (!other.find()) {
            throw new AssertionError("the JVM does not count; start it with " + COUNTING);
        }
        return Long.parseLong(other.group(1)) * 1024;
    }

    /** Collects garbage, and with it finds leaked buffers, of which Netty then tells when the next one is made. */
    public void collectGarbage() {
        ask("GC.run");
    }

    private String ask(String... question) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        List<String> command = new ArrayList<>(List.of(jcmd, String.valueOf(pid)));
        command.addAll(List.of(question));
        Tool.Run run = Tool.run(LIMIT, command, Map.of());
        if (run.exitCode() != 0) {
            throw new AssertionError("no answer to " + command + ": " + run.out() + run.err());
        }
        return run.out();
    }
}
