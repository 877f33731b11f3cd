package io.sluice.e2e.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * What is sent: one load, and others beside it if need be.
 *
 * @param name in lower case with hyphens, for tables and files
 * @param load arguments of the load generator
 * @param skipSeconds of the start that are not measured: connecting, starting processes, compiling
 * @param seconds how long it sends, the skipped ones included
 * @param beside arguments of further loads, each shorter than what is skipped, so that its delays do not count
 */
record Scenario(String name, List<String> load, int skipSeconds, int seconds, List<List<String>> beside) {

    private static final String BROWSER_RATE = "312500"; // 2.5 Mbit/s
    private static final String BROWSER_MESSAGE = "78125"; // a quarter of a second of that

    /**
     * The compiler of a JVM is done with what few messages a second run through by then; nothing of an evening's
     * stream.
     */
    private static final int WARM_UP_SECONDS = 20;

    private static final int MEASURED_SECONDS = 10;

    /**
     * Has the compiler of a JVM see in seconds what it would see in the first minutes of an evening: many messages,
     * many reports.
     */
    private static final List<String> WARM_UP = List.of(
            "-n", "60", "-m", "8000", "-r", "400000", "-t", "16", "-P", "100", "-u", "/ingest?streamKey=warm-%d");

    /** Enough to see that everything works, and that nothing has become several times as expensive. */
    static Scenario smoke() {
        return of("smoke", 2, 5, "-n", "2", "-m", "65536");
    }

    static Scenario flatOut() {
        return of("flat-out", WARM_UP_SECONDS / 2, WARM_UP_SECONDS / 2 + 8, "-n", "1", "-m", "65536");
    }

    /** As many browsers as that, with 2.5 Mbit/s each in slices of 250 ms. */
    static Scenario steady(int streams) {
        int ramp = Math.max(500, streams * 5);
        return new Scenario(
                "steady-" + streams,
                List.of("-n", "" + streams, "-m", BROWSER_MESSAGE, "-r", BROWSER_RATE, "-R", "" + ramp),
                WARM_UP_SECONDS + ramp / 1_000,
                WARM_UP_SECONDS + MEASURED_SECONDS + ramp / 1_000,
                List.of(WARM_UP));
    }

    static Scenario idle(int sessions) {
        return of("idle-" + sessions, 30, 40, "-n", Integer.toString(sessions), "-m", "0", "-R", "4000");
    }

    static Scenario tiny() {
        return of("tiny", 8, 16, "-n", "1", "-m", "1024", "-r", "10240000");
    }

    static Scenario large() {
        return of("large", 8, 16, "-n", "4", "-m", "4194304", "-r", "16777216");
    }

    /**
     * The newcomers begin one second into what is measured, and stay. Their own delays, of first seconds, do not count.
     */
    static Scenario startsBesideLive() {
        return besideLive("starts-200", MEASURED_SECONDS);
    }

    /** The same, and the newcomers leave at once when they have been live for a while. */
    static Scenario endsBesideLive() {
        return besideLive("ends-200", MEASURED_SECONDS / 2);
    }

    private static Scenario besideLive(String name, int newcomersSeconds) {
        Scenario live = steady(50);
        List<String> newcomers = List.of(
                "-n",
                "200",
                "-m",
                BROWSER_MESSAGE,
                "-r",
                BROWSER_RATE,
                "-d",
                Integer.toString((live.skipSeconds() + 1) * 1_000),
                "-t",
                Integer.toString(newcomersSeconds),
                "-u",
                "/ingest?streamKey=new-%d");
        return new Scenario(name, live.load(), live.skipSeconds(), live.seconds(), List.of(WARM_UP, newcomers));
    }

    /** A quarter of the streams have an FFmpeg that takes nothing any more. */
    static Scenario stalled() {
        Scenario all = steady(200);
        List<String> load = new ArrayList<>(all.load());
        load.addAll(List.of("-s", "50"));
        return new Scenario("stalled-50", load, all.skipSeconds(), all.seconds(), all.beside());
    }

    /** The load alone, for a program that measures something else. */
    List<String> loadFor(int otherSeconds, String... options) {
        List<String> all = new ArrayList<>(load);
        all.addAll(List.of("-t", Integer.toString(otherSeconds)));
        all.addAll(List.of(options));
        return all;
    }

    private static Scenario of(String name, int skipSeconds, int seconds, String... load) {
        return new Scenario(name, List.of(load), skipSeconds, seconds, List.of());
    }
}
