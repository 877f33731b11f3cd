package io.sluice.gateway.ffmpeg.run;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/**
 * Assembles the lines of {@code -progress} into reports. Not thread-safe: one per stream, on its event loop.
 *
 * <p>A line is {@code name=value}; {@code progress=continue} or {@code progress=end} closes a report. Other lines are
 * ignored. {@code out_time_ms} is not read: despite its name it is in microseconds, like {@code out_time_us}.
 */
public final class FfmpegProgressParser {

    /** The names that are kept; other names are dropped, so the parser's memory is bounded. */
    private static final Set<String> NAMES =
            Set.of("frame", "fps", "bitrate", "total_size", "out_time_us", "dup_frames", "drop_frames", "speed");

    private final Map<String, String> values = new HashMap<>();

    /** Creates a parser for a new run. */
    public FfmpegProgressParser() {}

    /**
     * Parses the next line.
     *
     * @param line without its line end
     * @return the report that this line completes, or empty
     */
    public Optional<FfmpegProgress> accept(String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            return Optional.empty();
        }
        String name = line.substring(0, equals).trim();
        String value = line.substring(equals + 1).trim();
        if (name.equals("progress")) {
            FfmpegProgress progress = report(value.equals("end"));
            values.clear();
            return Optional.of(progress);
        }
        if (NAMES.contains(name)) {
            values.put(name, value);
        }
        return Optional.empty();
    }

    private FfmpegProgress report(boolean end) {
        return new FfmpegProgress(
                count("frame").orElse(0),
                decimal("fps", "", v -> v),
                decimal("bitrate", "kbits/s", v -> v * 1000),
                count("total_size"),
                Duration.of(count("out_time_us").orElse(0), ChronoUnit.MICROS),
                count("drop_frames").orElse(0),
                count("dup_frames").orElse(0),
                decimal("speed", "x", v -> v),
                end);
    }

    /** Negative numbers mean "not yet", or a first timestamp before zero. */
    private OptionalLong count(String name) {
        try {
            long value = Long.parseLong(values.getOrDefault(name, ""));
            return value < 0 ? OptionalLong.empty() : OptionalLong.of(value);
        } catch (NumberFormatException e) {
            return OptionalLong.empty(); // N/A, or out of range
        }
    }

    private OptionalDouble decimal(String name, String unit, DoubleUnaryOperator scale) {
        String value = values.getOrDefault(name, "");
        if (!value.endsWith(unit)) {
            return OptionalDouble.empty();
        }
        try {
            double number = scale.applyAsDouble(Double.parseDouble(value.substring(0, value.length() - unit.length())));
            return Double.isFinite(number) && number >= 0 ? OptionalDouble.of(number) : OptionalDouble.empty();
        } catch (NumberFormatException e) {
            return OptionalDouble.empty();
        }
    }
}
