package io.sluice.gateway.cli.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;

/** The messages about arguments that are neither options nor commands. */
public final class UnknownArguments {

    /** Anything else may be a URL or a key. */
    private static final Pattern COMMAND_NAME = Pattern.compile("[a-z][a-z-]{0,19}");

    private UnknownArguments() {}

    /**
     * One error for each unknown argument. What follows an unknown option is taken for its value, and not reported.
     *
     * @param command the command that does not know them
     * @param arguments the unknown arguments, in their order
     * @return the errors, without values
     */
    public static List<InvalidOption> errors(CommandSpec command, Collection<String> arguments) {
        List<InvalidOption> errors = new ArrayList<>();
        boolean afterOption = false;
        for (String argument : arguments) {
            boolean isOption = argument.startsWith("-");
            if (isOption) {
                errors.add(InvalidOption.of(command, unknownOption(command, argument)));
            } else if (!afterOption) {
                errors.add(InvalidOption.of(command, unknownCommand(command, argument)));
            }
            afterOption = isOption && argument.indexOf('=') < 0;
        }
        return errors;
    }

    private static String unknownOption(CommandSpec command, String argument) {
        int value = argument.indexOf('=');
        String name = value < 0 ? argument : argument.substring(0, value);
        List<String> flags = command.optionsMap().keySet().stream()
                .filter(flag -> flag.startsWith("--"))
                .toList();
        return "unknown option '" + name + "'; the closest match is '" + ClosestMatch.of(name, flags) + "'";
    }

    private static String unknownCommand(CommandSpec command, String argument) {
        Collection<String> commands = command.subcommands().keySet();
        return COMMAND_NAME.matcher(argument).matches() && !commands.isEmpty()
                ? "unknown command '" + argument + "'; the closest match is '" + ClosestMatch.of(argument, commands)
                        + "'"
                : "unexpected argument; a value needs its option in front, such as --port 8080";
    }
}
