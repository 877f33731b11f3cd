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
 * Where options are set: on the command line, else by an environment variable, else in the configuration file.
 *
 * @param environment the environment variables
 * @param arguments the command line
 */
public record ConfigSources(Map<String, String> environment, List<String> arguments) {

    private static final Pattern SEPARATOR = Pattern.compile("[\\s,]+");

    /** Kubernetes sets these in each container for each service whose name starts with "sluice". */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("SLUICE_(\\w+_)?(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_\\w+)?)");

    private static final String SERVICE_ADDRESS = "(tcp|udp|sctp)://.+";

    /**
     * Parses the command line only, to find out what it asks for.
     *
     * @param line the command to parse into
     * @return the result, with all errors
     */
    public CommandLine.ParseResult parseArguments(CommandLine line) {
        return parse(line, currentArguments(line));
    }

    /**
     * Reads the file that the command line or a variable names. Blocks.
     *
     * @param line a command to parse into
     * @param errors receives the error if the file cannot be read
     * @return the file, or null for none
     */
    public @Nullable ConfigFile readFile(CommandLine line, InvalidOptions errors) {
        CommandSpec spec = parse(line, merged(line, null)).commandSpec();
        Path path = spec.findOption(ConfigOptions.CONFIG).getValue();
        if (path == null) {
            return null;
        }
        ConfigFile file = errors.collect(() -> {
            try {
                return ConfigFile.read(path, ConfigOption.inFile(spec));
            } catch (IOException e) {
                throw InvalidOption.because(spec, ConfigOptions.CONFIG, e);
            }
        });
        if (file == null || file.isIncomplete()) {
            errors.markIncomplete();
        }
        return file;
    }

    /**
     * Parses all sources into the command.
     *
     * @param line the command
     * @param file the configuration file, or null for none
     * @param errors receives all errors
     * @return the options with their values
     */
    public CommandSpec parse(CommandLine line, @Nullable ConfigFile file, InvalidOptions errors) {
        CommandLine.ParseResult result = parse(line, merged(line, file));
        // First, because picocli reports two names of one option as a repeated option.
        checkNames(line.getCommandSpec(), errors);
        for (Exception error : result.errors()) {
            if (error instanceof CommandLine.UnmatchedArgumentException unmatched) {
                UnknownArguments.errors(line.getCommandSpec(), unmatched.getUnmatched())
                        .forEach(errors::add);
            } else if (error instanceof CommandLine.OverwrittenOptionException repeated
                    && repeated.getOverwritten() instanceof OptionSpec option) {
                errors.add(new InvalidOption(line.getCommandSpec(), option.longestName(), "is set more than once"));
            } else {
                errors.add(error);
            }
        }
        return result.commandSpec();
    }

    /**
     * The deprecated names in use.
     *
     * @param line the options
     * @param file the configuration file, or null for none
     * @return one line each, with the new name
     */
    public List<String> deprecations(CommandLine line, @Nullable ConfigFile file) {
        List<String> warnings = new ArrayList<>();
        for (ConfigOption option : ConfigOption.in(line.getCommandSpec())) {
            String formerFlag = option.formerFlag();
            String formerVariable = option.formerVariable();
            if (formerFlag != null && isArgument(formerFlag)) {
                warnings.add(formerFlag + " is deprecated; use " + option.flag());
            }
            if (formerVariable != null && environment.containsKey(formerVariable)) {
                warnings.add(formerVariable + " is deprecated; use " + option.variable());
            }
        }
        if (file != null) {
            warnings.addAll(file.warnings());
        }
        return List.copyOf(warnings);
    }

    /**
     * An error in one line, with the location of the value unless that is the command line. Values that may be secret
     * are left out.
     *
     * @param line the options
     * @param error the error
     * @param file the configuration file, or null for none
     * @return the line, for the operator
     */
    public String message(CommandLine line, Exception error, @Nullable ConfigFile file) {
        String message = Objects.requireNonNullElse(error.getMessage(), error.toString())
                .strip()
                .replaceAll("\\s*\\R\\s*", " ")
                .replaceFirst("^Invalid value for option '(--[a-z-]+)'(?: \\([^)]*\\))?: ", "$1: ")
                .replaceFirst(
                        "^(?:Missing required|Expected) parameter for option '(--[a-z-]+)'.*", "$1: needs a value");
        for (String value : values(line, file).toList()) {
            int scheme = value.indexOf("://");
            message = scheme > 0 ? message.replace(value, value.substring(0, scheme) + "://…") : message;
        }
        return message + location(error, file);
    }

    private String location(Exception error, @Nullable ConfigFile file) {
        if (!(error instanceof ParameterException invalid && invalid.getArgSpec() instanceof OptionSpec spec)) {
            return "";
        }
        ConfigOption option = new ConfigOption(spec);
        if (isTyped(option)) {
            return "";
        }
        String variable = setVariable(option);
        if (variable != null) {
            return " (set by " + variable + ")";
        }
        return file == null || !file.sets(option)
                ? ""
                : " (set in " + file.locationOf(option, Objects.requireNonNullElse(invalid.getValue(), "")) + ")";
    }

    private static CommandLine.ParseResult parse(CommandLine line, List<String> all) {
        line.getCommandSpec().parser().collectErrors(true);
        line.getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().parser().collectErrors(true));
        return line.parseArgs(all.toArray(String[]::new));
    }

    /** An old name next to the new one, and variables that no option has. */
    private void checkNames(CommandSpec command, InvalidOptions errors) {
        List<ConfigOption> options = ConfigOption.in(command);
        for (ConfigOption option : options) {
            String formerFlag = option.formerFlag();
            String formerVariable = option.formerVariable();
            if (formerFlag != null && isArgument(formerFlag) && isArgument(option.flag())) {
                errors.add(new InvalidOption(command, option.flag(), bothNames(formerFlag)));
            }
            if (formerVariable != null
                    && environment.containsKey(formerVariable)
                    && environment.containsKey(option.variable())) {
                errors.add(InvalidOption.of(command, option.variable() + ": " + bothNames(formerVariable)));
            }
        }
        List<String> variables = options.stream().map(ConfigOption::variable).toList();
        List<String> formerVariables = options.stream()
                .map(ConfigOption::formerVariable)
                .filter(Objects::nonNull)
                .toList();
        environment.keySet().stream()
                .filter(ConfigOption::isVariable)
                .filter(name -> !variables.contains(name) && !formerVariables.contains(name))
                .filter(name -> !isServiceLink(name))
                .sorted()
                .map(name -> InvalidOption.of(command, unknownVariable(command, name, variables)))
                .forEach(errors::add);
    }

    private static String bothNames(String former) {
        return former + " is its old name, and both are set; remove " + former;
    }

    private static String unknownVariable(CommandSpec command, String name, List<String> variables) {
        return command.options().stream()
                .map(OptionSpec::longestName)
                .filter(flag ->
                        flag.startsWith("--") && ConfigOption.variableFor(flag).equals(name))
                .findFirst()
                .map(flag -> "unknown variable " + name + "; use the flag " + flag)
                .orElseGet(() ->
                        "unknown variable " + name + "; the closest match is " + ClosestMatch.of(name, variables));
    }

    private boolean isServiceLink(String name) {
        return SERVICE_LINK.matcher(name).matches()
                || (name.endsWith("_PORT") && environment.getOrDefault(name, "").matches(SERVICE_ADDRESS));
    }

    /**
     * The command line, preceded by the values from other sources and the defaults of options that it does not set. A
     * provider of default values would be picocli's own way, but its first error hides the others.
     */
    private List<String> merged(CommandLine line, @Nullable ConfigFile file) {
        List<String> all = new ArrayList<>();
        for (ConfigOption option : ConfigOption.in(line.getCommandSpec())) {
            values(option, file).map(value -> option.flag() + "=" + value).forEach(all::add);
        }
        all.addAll(currentArguments(line));
        return all;
    }

    /** The command line with new names in place of old ones. */
    private List<String> currentArguments(CommandLine line) {
        List<String> current = new ArrayList<>(arguments);
        for (ConfigOption option : ConfigOption.in(line.getCommandSpec())) {
            String former = option.formerFlag();
            if (former != null) {
                current.replaceAll(argument ->
                        isFlag(argument, former) ? option.flag() + argument.substring(former.length()) : argument);
            }
        }
        return current;
    }

    private Stream<String> values(ConfigOption option, @Nullable ConfigFile file) {
        if (isTyped(option)) {
            return Stream.empty();
        }
        String variable = setVariable(option);
        if (variable != null) {
            return Stream.of(environment.getOrDefault(variable, ""));
        }
        return file == null || !file.sets(option)
                ? Stream.ofNullable(option.option().defaultValue())
                : file.texts(option).stream().map(YamlFile.Text::text);
    }

    private boolean isTyped(ConfigOption option) {
        String former = option.formerFlag();
        return isArgument(option.flag()) || (former != null && isArgument(former));
    }

    private boolean isArgument(String flag) {
        return arguments.stream().anyMatch(argument -> isFlag(argument, flag));
    }

    private static boolean isFlag(String argument, String flag) {
        return argument.equals(flag) || argument.startsWith(flag + "=");
    }

    private @Nullable String setVariable(ConfigOption option) {
        return Stream.of(option.variable(), Objects.requireNonNullElse(option.formerVariable(), ""))
                .filter(environment::containsKey)
                .findFirst()
                .orElse(null);
    }

    private Stream<String> values(CommandLine line, @Nullable ConfigFile file) {
        return merged(line, file).stream()
                .map(argument -> argument.startsWith("--") ? argument.substring(argument.indexOf('=') + 1) : argument)
                .flatMap(value -> Stream.concat(Stream.of(value), SEPARATOR.splitAsStream(value)));
    }
}
