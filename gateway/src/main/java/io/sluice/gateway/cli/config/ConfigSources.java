package io.sluice.gateway.cli.config;

import io.sluice.gateway.files.YamlFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Where options are set: on the command line, else by a variable, else in the configuration file.
 *
 * @param environment the variables
 * @param arguments the command line
 */
public record ConfigSources(Map<String, String> environment, List<String> arguments) {

    private static final Pattern SEPARATOR = Pattern.compile("[\\s,]+");

    /** Reads the command line alone into the command, to learn what it is about. */
    public CommandLine.ParseResult typed(CommandLine line) {
        return parse(line, arguments);
    }

    /**
     * The file that the command line or a variable names, or null. Blocks.
     *
     * @param wrong gets what is wrong if it cannot be read
     */
    public @Nullable ConfigFile file(CommandLine line, InvalidOptions wrong) {
        CommandSpec spec = parse(line, with(line, null)).commandSpec();
        Path path = spec.findOption(ConfigOptions.CONFIG).getValue();
        return path == null
                ? null
                : wrong.tried(() -> {
                    try {
                        return ConfigFile.read(path, ConfigOption.inFile(spec));
                    } catch (IOException e) {
                        throw InvalidOption.because(spec, ConfigOptions.CONFIG, e);
                    }
                });
    }

    /** Reads everything into the command; what is wrong stands in the result. */
    public CommandLine.ParseResult read(CommandLine line, @Nullable ConfigFile file) {
        return parse(line, with(line, file));
    }

    /**
     * What is wrong in one line, and where it stands if that is not the command line. Values that may hold secrets are not repeated.
     *
     * @param line the options that there are
     * @param error as it was found
     * @param file what was read
     */
    public String words(CommandLine line, Exception error, @Nullable ConfigFile file) {
        String words = Objects.requireNonNullElse(error.getMessage(), error.toString())
                .strip()
                .replaceAll("\\s*\\R\\s*", " ");
        for (String value : values(line, file).toList()) {
            int scheme = value.indexOf("://");
            words = scheme > 0 ? words.replace(value, value.substring(0, scheme) + "://…") : words;
        }
        return words + place(error, file);
    }

    private String place(Exception error, @Nullable ConfigFile file) {
        if (!(error instanceof ParameterException wrong && wrong.getArgSpec() instanceof OptionSpec option)) {
            return "";
        }
        ConfigOption setting = new ConfigOption(option);
        if (isTyped(setting)) {
            return "";
        }
        if (environment.containsKey(setting.variable())) {
            return " (set by " + setting.variable() + ")";
        }
        return file == null || !file.sets(setting)
                ? ""
                : " (set in " + file.placeOf(setting, Objects.requireNonNullElse(wrong.getValue(), "")) + ")";
    }

    private static CommandLine.ParseResult parse(CommandLine line, List<String> all) {
        line.getCommandSpec().parser().collectErrors(true);
        return line.parseArgs(all.toArray(String[]::new));
    }

    /**
     * The command line, and before it what is set elsewhere and not there, or is the default. A provider of defaults would be picocli's own
     * way, but the first that is wrong makes it forget the others, and a last argument that is wrong all of them.
     */
    private List<String> with(CommandLine line, @Nullable ConfigFile file) {
        List<String> all = new ArrayList<>();
        for (ConfigOption setting : ConfigOption.in(line.getCommandSpec())) {
            values(setting, file).map(value -> setting.flag() + "=" + value).forEach(all::add);
        }
        all.addAll(arguments);
        return all;
    }

    private Stream<String> values(ConfigOption setting, @Nullable ConfigFile file) {
        if (isTyped(setting)) {
            return Stream.empty();
        }
        String variable = environment.get(setting.variable());
        if (variable != null) {
            return Stream.of(variable);
        }
        return file == null || !file.sets(setting)
                ? Stream.ofNullable(setting.option().defaultValue())
                : file.texts(setting).stream().map(YamlFile.Text::text);
    }

    private boolean isTyped(ConfigOption setting) {
        return arguments.stream()
                .anyMatch(argument -> argument.equals(setting.flag()) || argument.startsWith(setting.flag() + "="));
    }

    private Stream<String> values(CommandLine line, @Nullable ConfigFile file) {
        return with(line, file).stream()
                .map(argument -> argument.startsWith("--") ? argument.substring(argument.indexOf('=') + 1) : argument)
                .flatMap(value -> Stream.concat(Stream.of(value), SEPARATOR.splitAsStream(value)));
    }
}
