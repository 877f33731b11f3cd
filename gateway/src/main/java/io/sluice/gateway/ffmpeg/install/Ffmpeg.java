package io.sluice.gateway.ffmpeg.install;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An FFmpeg that has been started once and found to work.
 *
 * @param executable absolute path of the program
 * @param source where it was found
 * @param capabilities what it can do
 * @param environment the complete environment to start it with, nothing to be added from the gateway's own: the
 *     allowed part of that, and what the program needs to find its libraries
 */
public record Ffmpeg(Path executable, Source source, FfmpegCapabilities capabilities, Map<String, String> environment) {

    /**
     * Copies the environment.
     *
     * @param executable absolute path of the program
     * @param source where it was found
     * @param capabilities what it can do
     * @param environment the complete environment to start it with
     */
    public Ffmpeg {
        environment = Map.copyOf(environment);
    }

    /** Where an FFmpeg was found, in the order of preference. */
    public enum Source {
        /** The operator named it. */
        FLAG,
        /** It is on the PATH. */
        PATH,
        /** It came with the build. */
        BUNDLED
    }

    /**
     * The ffprobe that stands beside this FFmpeg; it takes the same environment.
     *
     * @return its absolute path, or empty if there is none
     */
    public Optional<Path> ffprobe() {
        Path beside = executable.resolveSibling(Platform.current().executableName("ffprobe"));
        return Files.isExecutable(beside) ? Optional.of(beside) : Optional.empty();
    }

    /** Leaves the environment out, which may hold a proxy's password. */
    @Override
    public String toString() {
        return "FFmpeg " + capabilities.version() + " (" + executable + ", " + source + ")";
    }
}
