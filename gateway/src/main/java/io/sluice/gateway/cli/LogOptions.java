package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.InvalidOptions;
import io.sluice.gateway.cli.config.OptionGroup;
import io.sluice.gateway.cli.config.Reloadable;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of the log. */
@OptionGroup("Logging")
final class LogOptions {

    private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug");
    private static final Set<String> FORMATS = Set.of("text", "json");

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec mixee;

    @Reloadable
    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info or debug (default: ${DEFAULT-VALUE}).")
    private String level = "";

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text, or json for one JSON object per line (default: ${DEFAULT-VALUE}).")
    private String format = "";

    void check(InvalidOptions errors) {
        errors.addIf(
                !LEVELS.contains(lower(level)),
                mixee,
                "--log-level",
                "'" + level + "' is not a log level; use error, warn, info or debug");
        errors.addIf(
                !FORMATS.contains(lower(format)),
                mixee,
                "--log-format",
                "'" + format + "' is not a log format; use text or json");
    }

    /** The level as Logback names it; INFO if the option is invalid. */
    String level() {
        return (LEVELS.contains(lower(level)) ? lower(level) : "info").toUpperCase(Locale.ROOT);
    }

    /** The format in lower case; text if the option is invalid. */
    String format() {
        return FORMATS.contains(lower(format)) ? lower(format) : "text";
    }

    private static String lower(String value) {
        return value.strip().toLowerCase(Locale.ROOT);
    }
}
