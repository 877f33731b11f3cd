package io.sluice.gateway.cli;

import io.sluice.gateway.Gateway;
import io.sluice.gateway.GatewayBuilder;
import io.sluice.gateway.cli.config.InvalidOption;
import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.ffmpeg.install.FfmpegUnavailableException;
import io.sluice.gateway.ffmpeg.install.FfmpegUserException;
import io.sluice.gateway.ffmpeg.run.FfmpegLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of FFmpeg: which one, and what each process may use. */
@OptionGroup("FFmpeg")
final class FfmpegOptions {

    private static final int MAX_NICENESS = 19;
    private static final long MIN_MEMORY_BYTES = 1_048_576;
    private static final int MIN_PIXELS = 16_384;
    private static final int MAX_PIXELS = 8_192 * 8_192;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--ffmpeg",
            paramLabel = "PATH",
            description = "The FFmpeg to use (default: the one on the PATH, else the bundled one).")
    private @Nullable Path program;

    @Option(
            names = "--ffmpeg-env",
            paramLabel = "NAMES",
            split = ",",
            description = "Additional environment variables to pass to FFmpeg; a trailing * matches any ending.")
    private List<String> environment = new ArrayList<>();

    @Option(
            names = "--ffmpeg-memory",
            paramLabel = "SIZE",
            defaultValue = "1G",
            converter = SizeConverter.class,
            description = "Memory that each FFmpeg may allocate; 0 for no limit (default: ${DEFAULT-VALUE}).")
    private long memoryBytes;

    @Option(
            names = "--ffmpeg-nice",
            paramLabel = "N",
            defaultValue = "5",
            description = "Niceness of each FFmpeg, 0 to 19; higher yields more CPU to others "
                    + "(default: ${DEFAULT-VALUE}).")
    private int niceness;

    @Option(
            names = "--ffmpeg-cpu-time",
            paramLabel = "TIME",
            defaultValue = "168h",
            description = "CPU time after which an FFmpeg is ended (default: ${DEFAULT-VALUE}).")
    private Duration cpuTime = Duration.ZERO;

    @Option(
            names = "--ffmpeg-user",
            paramLabel = "NAME",
            description = "The user that FFmpeg runs as; takes a gateway that runs as root (default: its own user).")
    private @Nullable String user;

    @Option(
            names = "--max-pixels",
            paramLabel = "PIXELS",
            defaultValue = "9437184",
            description = "Largest accepted picture, width times height (default: ${DEFAULT-VALUE}).")
    private int maxPixels;

    void check(InvalidOptions errors) {
        errors.addIf(
                memoryBytes > 0 && memoryBytes < MIN_MEMORY_BYTES,
                mixee,
                "--ffmpeg-memory",
                memoryBytes + " is too small; the minimum is 1M, and 0 means no limit");
        errors.addIf(
                niceness < 0 || niceness > MAX_NICENESS,
                mixee,
                "--ffmpeg-nice",
                niceness + " is not between 0 and " + MAX_NICENESS);
        errors.addIf(cpuTime.toSeconds() < 1, mixee, "--ffmpeg-cpu-time", "must be at least 1s");
        errors.addIf(
                maxPixels < MIN_PIXELS || maxPixels > MAX_PIXELS,
                mixee,
                "--max-pixels",
                maxPixels + " is not between " + MIN_PIXELS + " and " + MAX_PIXELS);
    }

    void applyTo(GatewayBuilder builder) {
        selectIn(builder).ffmpegLimits(new FfmpegLimits(memoryBytes, niceness, cpuTime, maxPixels));
        if (user != null) {
            builder.ffmpegUser(user);
        }
    }

    /** Finds and probes FFmpeg, whatever the other options are. Blocks; creates loggers. */
    void probe() throws FfmpegUnavailableException {
        selectIn(Gateway.builder()).findFfmpeg();
    }

    /** The error of an unusable FFmpeg: an error of the option, if it is set. */
    Exception error(FfmpegUnavailableException e) {
        if (e instanceof FfmpegUserException && user != null) {
            return InvalidOption.because(mixee, "--ffmpeg-user", e);
        }
        return program == null ? e : InvalidOption.because(mixee, "--ffmpeg", e);
    }

    private GatewayBuilder selectIn(GatewayBuilder builder) {
        builder.ffmpegEnvironment(environment.toArray(String[]::new));
        return program == null ? builder : builder.ffmpeg(program);
    }
}
