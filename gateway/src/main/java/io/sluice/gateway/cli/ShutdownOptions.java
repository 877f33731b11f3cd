package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.Reloadable;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** The part of the command line that says how to leave. */
final class ShutdownOptions {

    @Reloadable
    @Option(
            names = "--drain-time",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = ZeroOrMore.class,
            description = "How long live streams may go on after SIGTERM; new ones are refused meanwhile, and a second "
                    + "SIGTERM ends them at once (default: ${DEFAULT-VALUE}).")
    private Duration drainTime = Duration.ZERO;

    Duration drainTime() {
        return drainTime;
    }

    /** Other durations have to be longer than nothing. */
    static final class ZeroOrMore implements ITypeConverter<Duration> {

        private final DurationConverter longer = new DurationConverter();

        @Override
        public Duration convert(String value) {
            return value.strip().matches("0+(ms|s|m)") ? Duration.ZERO : longer.convert(value);
        }
    }
}
