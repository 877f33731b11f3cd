package io.sluice.gateway.cli.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about all other options. */
@OptionGroup("Configuration")
public final class ConfigOptions {

    /** The only one of them that is an environment variable too. */
    static final String CONFIG = "--config";

    @Option(
            names = CONFIG,
            paramLabel = "FILE",
            description = "Read options from this YAML file; changes are picked up. Flags and variables override it.")
    private @Nullable Path file;

    @Option(
            names = "--check-config",
            description = "Check flags, variables, file and FFmpeg, report all errors and warnings, and exit.")
    private boolean check;

    @Option(
            names = "--print-config",
            description = "Print a configuration file with every option, its meaning and its default, and exit.")
    private boolean print;

    /**
     * The configuration file.
     *
     * @return its path, or null for none
     */
    @Nullable
    public Path file() {
        return file;
    }

    /**
     * Whether to check the configuration instead of starting.
     *
     * @return true with {@code --check-config}
     */
    public boolean check() {
        return check;
    }

    /**
     * Whether to print the annotated configuration file instead of starting.
     *
     * @return true with {@code --print-config}
     */
    public boolean print() {
        return print;
    }
}
