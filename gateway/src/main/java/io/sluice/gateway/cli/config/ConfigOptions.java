package io.sluice.gateway.cli.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The part of the command line that is about all the other options. */
public final class ConfigOptions {

    static final String CONFIG = "--config";

    @Option(
            names = CONFIG,
            paramLabel = "FILE",
            description = "Take options from this YAML file, too; flags and variables win. Its changes are followed.")
    private @Nullable Path file;

    @Option(
            names = "--check-config",
            description = "Say what is wrong with flags, variables and file, and do not start.")
    private boolean check;

    @Option(
            names = "--print-config",
            description =
                    "Print a file for --config, with every option, its meaning and its default, and do not start.")
    private boolean print;

    @Nullable
    public Path file() {
        return file;
    }

    public boolean check() {
        return check;
    }

    public boolean print() {
        return print;
    }
}
