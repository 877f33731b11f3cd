package io.sluice.gateway.ffmpeg.run;

import io.sluice.gateway.ffmpeg.install.Ffmpeg;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.install.FfmpegUser;
import io.sluice.gateway.ffmpeg.install.FfmpegUserException;
import io.sluice.gateway.ffmpeg.install.ProbeProcess;
import io.sluice.gateway.process.ProcessSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operating system's limits on each FFmpeg process. {@code setpriv} gives up privileges and then execs a shell,
 * which sets limits on itself and execs FFmpeg, so there is no intermediate process, the process id stays the same, and
 * a compromised FFmpeg cannot raise them. Immutable; thread-safe.
 *
 * <p>The shell script consists of constants only; values are passed as arguments and variables, which it does not
 * evaluate.
 */
public final class ProcessLimits {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessLimits.class);

    /**
     * A preview segment ends at a key frame; without a second one it would fill the disk. 2 GiB, in blocks of 512
     * bytes.
     */
    private static final int MAX_FILE_BLOCKS = 1 << 22;

    private static final Duration READ_DEADLINE = Duration.ofSeconds(10);

    private final @Nullable LimitedCommand command;
    private final boolean supportsPresets;

    ProcessLimits(@Nullable LimitedCommand command, boolean supportsPresets) {
        this.command = command;
        this.supportsPresets = supportsPresets;
    }

    /**
     * No limits.
     *
     * @return limits that change nothing
     */
    public static ProcessLimits none() {
        return new ProcessLimits(null, false);
    }

    /**
     * Tests which limits this system supports and whether FFmpeg starts within them, and logs the result. <b>Blocks</b>
     * for a few hundred milliseconds; for use at start.
     *
     * @param ffmpeg the program
     * @param wanted the limits to apply
     * @param user runs FFmpeg; null for the gateway's own user
     * @return the supported limits
     * @throws FfmpegUnavailableException if FFmpeg does not start within the limits, or as the user
     */
    public static ProcessLimits probe(Ffmpeg ffmpeg, FfmpegLimits wanted, @Nullable FfmpegUser user)
            throws FfmpegUnavailableException {
        if (!Files.isExecutable(LimitedCommand.SHELL)) {
            if (user != null) {
                throw new FfmpegUserException(
                        "cannot run FFmpeg as " + user.name() + ": " + LimitedCommand.SHELL + " not found");
            }
            LOG.warn("{} not found; FFmpeg runs without operating system limits", LimitedCommand.SHELL);
            return none();
        }
        try {
            return new LimitsProbe(ffmpeg, user).run(wanted);
        } catch (IOException e) {
            throw new FfmpegUnavailableException("cannot start " + LimitedCommand.SHELL + ": " + e.getMessage());
        }
    }

    /**
     * Whether FFmpeg can read a file: its user is another one, or root without the capability to read everything.
     * <b>Blocks</b> for some milliseconds.
     *
     * @param file the file
     * @return whether it can
     * @throws IOException if that cannot be found out
     */
    public boolean canRead(Path file) throws IOException {
        if (command == null) {
            return Files.isReadable(file);
        }
        List<String> all =
                command.ofShell("[ -r \"$1\" ]", file.toAbsolutePath().toString());
        return ProbeProcess.start(Path.of(all.get(0)), all.subList(1, all.size()), Map.of())
                .await(READ_DEADLINE)
                .succeeded();
    }

    /** Whether output URLs can be passed as {@link OutputPresets} instead of arguments. */
    boolean supportsPresets() {
        return supportsPresets;
    }

    /** The process to start so that the command runs within the limits. */
    ProcessSpec specFor(FfmpegCommand ffmpeg, Map<String, String> environment, Path directory) {
        if (command == null) {
            return new ProcessSpec(ffmpeg.arguments(), environment, directory);
        }
        List<String> more = ffmpeg.writesFiles() ? List.of("-f", Integer.toString(MAX_FILE_BLOCKS)) : List.of();
        Map<String, String> variables = new TreeMap<>(environment);
        OutputPresets.addTo(variables, ffmpeg.presets());
        return new ProcessSpec(command.of(ffmpeg.presets().size(), more, ffmpeg.arguments()), variables, directory);
    }
}
