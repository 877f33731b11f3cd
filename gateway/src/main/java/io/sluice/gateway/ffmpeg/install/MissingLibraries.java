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
 * The shared libraries a program wants and the dynamic loader does not find, each with the symbol versions asked of it.
 *
 * <p>A program that cannot start names only the first library it misses. Asked to trace instead (which is what
 * {@code ldd} does), glibc's loader lists them all and, when verbose, their versions too, without running the program.
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
     * What is missing for a program that failed to start.
     *
     * @param failure what it printed
     */
    static MissingLibraries of(Path executable, Map<String, String> environment, String failure, Duration deadline) {
        MissingLibraries said = parse(failure);
        if (said.isEmpty() || !Platform.current().isLinux()) {
            return said;
        }
        Map<String, String> tracing = new HashMap<>(environment);
        tracing.put("LD_TRACE_LOADED_OBJECTS", "1");
        tracing.put("LD_VERBOSE", "1");
        try {
            MissingLibraries traced = parse(ProbeProcess.start(executable, List.of("-version"), tracing)
                    .await(deadline)
                    .output());
            return traced.isEmpty() ? said : traced;
        } catch (IOException e) {
            return said;
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
