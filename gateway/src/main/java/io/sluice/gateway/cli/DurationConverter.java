package io.sluice.gateway.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations: {@code 500ms}, {@code 10s}, {@code 2m}, {@code 1h}. */
final class DurationConverter implements ITypeConverter<Duration> {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
    private static final Duration MAX = Duration.ofDays(36_500);

    private final boolean allowsZero;

    /** For durations that must be positive. */
    DurationConverter() {
        this(false);
    }

    private DurationConverter(boolean allowsZero) {
        this.allowsZero = allowsZero;
    }

    @Override
    public Duration convert(String value) {
        Matcher form = FORM.matcher(value.strip());
        if (!form.matches()) {
            throw new TypeConversionException("'" + value + "' is not a duration; examples: 500ms, 10s, 2m, 1h");
        }
        long amount = Long.parseLong(form.group(1));
        Duration duration = switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
        if (duration.isZero() && !allowsZero) {
            throw new TypeConversionException("'" + value + "' is too short; examples: 500ms, 10s, 2m, 1h");
        }
        if (duration.compareTo(MAX) > 0) {
            throw new TypeConversionException("'" + value + "' is longer than 100 years; examples: 500ms, 10s, 2m, 1h");
        }
        return duration;
    }

    /** For durations that may be zero. */
    static final class OrZero implements ITypeConverter<Duration> {

        private final DurationConverter durations = new DurationConverter(true);

        @Override
        public Duration convert(String value) {
            return value.strip().equals("0") ? Duration.ZERO : durations.convert(value);
        }
    }
}
