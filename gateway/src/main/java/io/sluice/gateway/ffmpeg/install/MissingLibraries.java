package io.sluice.gateway.ffmpeg.install;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The shared libraries that a program needs and the dynamic loader does not find, each with the required symbol
 * versions.
 *
 * <p>A program that cannot start names only the first missing library. In trace mode, which {@code ldd} uses, glibc's
 * loader lists all of them and, if verbose, their versions too, without running the program.
 *
 * @param versionsByName sorted by library name
 */
record MissingLibraries(Map<String, Set<String>> versionsByName) {

    private static final Pattern LIBRARY = Pattern.compile("^\\s+(\\S+) => not found$", Pattern.MULTILINE);
    private static final Pattern VERSION = Pattern.compile("^\\s+(\\S+) \\((\\S+)\\) => not found$", Pattern.MULTILINE);
    private static final Pattern STARTED = Pattern.compile("error while loading shared libraries: ([^:\\s]+):");
    private static final Pattern STARTED_ON_MACOS = Pattern.compile("Library not loaded: (\\S+)");

    MissingLibraries {
        versionsByName = Collections.unmodifiableMap(new TreeMap<>(versionsByName));
    }

    boolean isEmpty() {
        return versionsByName.isEmpty();
    }

    /** Library names, separated by commas. */
    String names() {
        return String.join(", ", versionsByName.keySet());
    }

    /**
     * The libraries that a program failed to start without.
     *
     * @param failure the program's output
     */
    static MissingLibraries of(Path executable, Map<String, String> environment, String failure, Duration deadline) {
        MissingLibraries reported = parse(failure);
        if (reported.isEmpty() || !Platform.current().isLinux()) {
            return reported;
        }
        Map<String, String> tracing = new HashMap<>(environment);
        tracing.put("LD_TRACE_LOADED_OBJECTS", "1");
        tracing.put("LD_VERBOSE", "1");
        try {
            MissingLibraries traced = parse(ProbeProcess.start(executable, List.of("-version"), tracing)
                    .await(deadline)
                    .output());
            return traced.isEmpty() ? reported : traced;
        } catch (IOException e) {
            return reported;
        }
    }

    static MissingLibraries parse(String output) {
        Map<String, Set<String>> found = new TreeMap<>();
        for (Pattern pattern : List.of(LIBRARY, STARTED, STARTED_ON_MACOS)) {
            pattern.matcher(output).results().forEach(m -> found.computeIfAbsent(m.group(1), n -> new TreeSet<>()));
        }
        for (Matcher m = VERSION.matcher(output); m.find(); ) {
            found.computeIfAbsent(m.group(1), n -> new TreeSet<>()).add(m.group(2));
        }
        return new MissingLibraries(found);
    }
}
