package io.sluice.gateway.ffmpeg.install;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An FFmpeg program that was probed and works.
 *
 * @param executable absolute path of the program
 * @param source where it was found
 * @param capabilities what it can do
 * @param environment the complete environment to start it with: the allowed subset of the gateway's own, and what the
 *     program needs to find its libraries
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

    /** Where an FFmpeg was found, in order of preference. */
    public enum Source {
        /** Set by the operator. */
        FLAG,
        /** Found on the PATH. */
        PATH,
        /** Included in the build. */
        BUNDLED
    }

    /**
     * The ffprobe in the same directory as this FFmpeg; start it with the same environment.
     *
     * @return its absolute path, or empty if there is none
     */
    public Optional<Path> ffprobe() {
        Path ffprobe = executable.resolveSibling(Platform.current().executableName("ffprobe"));
        return Files.isExecutable(ffprobe) ? Optional.of(ffprobe) : Optional.empty();
    }

    /** Omits the environment, which may contain a proxy's password. */
    @Override
    public String toString() {
        return "FFmpeg " + capabilities.version() + " (" + executable + ", " + source + ")";
    }
}
