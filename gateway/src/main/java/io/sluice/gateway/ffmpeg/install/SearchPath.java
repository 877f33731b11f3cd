package io.sluice.gateway.ffmpeg.install;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds programs as a shell does. */
public final class SearchPath {

    private static final String DEFAULT = "/usr/bin:/bin";

    private SearchPath() {}

    /**
     * Finds one of the system's own programs.
     *
     * @param name the program's name
     * @param environment its {@code PATH} is searched, or the usual directories if there is none
     * @return the program, or empty
     */
    public static Optional<Path> find(String name, Map<String, String> environment) {
        String path = environment.getOrDefault("PATH", "");
        return in(path.isEmpty() ? DEFAULT : path, name);
    }

    /** The first program of this name in a list of directories. */
    static Optional<Path> in(String path, String name) {
        return Stream.of(path.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(entry -> Path.of(entry, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .map(Path::toAbsolutePath)
                .findFirst();
    }
}
