package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.ffmpeg.run.FfmpegLimits;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The part of the command line that says what an FFmpeg may use. */
final class FfmpegOptions {

    private static final int MAX_NICENESS = 19;
    private static final long MIN_PIXELS = 16_384;
    private static final long MAX_PIXELS = 8_192 * 8_192;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})([MG])");

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Option(
            names = "--ffmpeg-memory",
            paramLabel = "SIZE",
            defaultValue = "1G",
            converter = SizeConverter.class,
            description =
                    "Memory that each FFmpeg may allocate, as in 512M; 0 for no limit (default: ${DEFAULT-VALUE}).")
    private long memory;

    @Option(
            names = "--ffmpeg-nice",
            paramLabel = "N",
            defaultValue = "5",
            description = "How far FFmpegs step back for the gateway and others, 0 to 19 (default: ${DEFAULT-VALUE}).")
    private int niceness;

    @Option(
            names = "--ffmpeg-cpu-time",
            paramLabel = "TIME",
            defaultValue = "10080m",
            description = "Processor time after which an FFmpeg is ended (default: ${DEFAULT-VALUE}, a week).")
    private Duration cpuTime = Duration.ZERO;

    @Option(
            names = "--max-pixels",
            paramLabel = "PIXELS",
            defaultValue = "9437184",
            description =
                    "The largest picture that is taken, width times height (default: ${DEFAULT-VALUE}, 4096 x 2304).")
    private long maxPixels;

    /** Adds what is wrong with values that could be read. */
    void check(InvalidOptions wrong) {
        wrong.when(
                niceness < 0 || niceness > MAX_NICENESS,
                mixee,
                "--ffmpeg-nice",
                niceness + " is not between 0 and " + MAX_NICENESS);
        wrong.when(cpuTime.toSeconds() < 1, mixee, "--ffmpeg-cpu-time", "must be at least 1s");
        wrong.when(
                maxPixels < MIN_PIXELS || maxPixels > MAX_PIXELS,
                mixee,
                "--max-pixels",
                maxPixels + " is not between " + MIN_PIXELS + " and " + MAX_PIXELS);
    }

    /** All of it, if nothing is wrong. */
    FfmpegLimits limits() {
        return new FfmpegLimits(memory, niceness, cpuTime, maxPixels);
    }

    /** Reads a size. */
    static final class SizeConverter implements ITypeConverter<Long> {

        @Override
        public Long convert(String value) {
            Matcher size = SIZE.matcher(value.strip().toUpperCase(Locale.ROOT));
            if (size.matches() && Long.parseLong(size.group(1)) > 0) {
                return Long.parseLong(size.group(1)) << (size.group(2).equals("M") ? 20 : 30);
            }
            if (value.strip().equals("0")) {
                return 0L;
            }
            throw new TypeConversionException("it is not a size such as 512M or 1G, nor 0");
        }
    }
}
