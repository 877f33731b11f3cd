package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.ConfigOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Lists the options in the help under the headings of their classes. Picocli's argument groups would do so too, but
 * they replace the objects with the options while parsing.
 */
final class GroupedHelp {

    private static final String OTHERS = "Help";
    private static final int WIDTH = 100;
    private static final int DESCRIPTION_COLUMN = 33;

    private GroupedHelp() {}

    static void install(CommandLine line) {
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, GroupedHelp::options);
    }

    private static String options(Help help) {
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        for (OptionSpec option : help.commandSpec().options()) {
            String group = new ConfigOption(option).group();
            groups.computeIfAbsent(group.isEmpty() ? OTHERS : group, heading -> new ArrayList<>())
                    .add(option);
        }
        StringBuilder text = new StringBuilder();
        groups.forEach((heading, options) -> {
            text.append("%n%s:%n".formatted(heading));
            options.forEach(option -> append(text, option));
        });
        return text.toString();
    }

    private static void append(StringBuilder text, OptionSpec option) {
        String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
        StringBuilder line = new StringBuilder("  " + String.join(", ", option.names()) + label);
        String description = String.join(" ", option.description())
                .replace("${DEFAULT-VALUE}", String.valueOf(option.defaultValue()));
        if (line.length() >= DESCRIPTION_COLUMN) {
            text.append("%s%n".formatted(line));
            line.setLength(0);
        }
        for (String word : description.split(" ", -1)) {
            if (line.length() + 1 + word.length() > WIDTH) {
                text.append("%s%n".formatted(line));
                line.setLength(0);
            }
            line.append(line.length() < DESCRIPTION_COLUMN ? " ".repeat(DESCRIPTION_COLUMN - line.length()) : " ")
                    .append(word);
        }
        text.append("%s%n".formatted(line));
    }
}
