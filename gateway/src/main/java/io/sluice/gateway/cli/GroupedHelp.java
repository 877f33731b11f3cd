package io.sluice.gateway.cli;

import io.sluice.gateway.cli.config.ConfigOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Lists the options in the help under the headings of their classes. Picocli's own argument groups would do so too,
 * but they replace the option objects while parsing.
 */
final class GroupedHelp {

    private static final String OTHERS = "Help";

    private GroupedHelp() {}

    static void install(CommandLine line) {
        line.getHelpSectionMap().put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, GroupedHelp::options);
    }

    private static String options(Help help) {
        List<OptionSpec> all = help.commandSpec().options();
        Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
        for (OptionSpec option : all) {
            String group = new ConfigOption(option).group();
            groups.computeIfAbsent(group.isEmpty() ? OTHERS : group, heading -> new ArrayList<>())
                    .add(option);
        }
        return groups.entrySet().stream()
                .map(group -> "%n%s:%n".formatted(group.getKey()) + list(help, all, group.getValue()))
                .collect(Collectors.joining());
    }

    /** All lists have the same column widths, because each layout is made for all options. */
    private static String list(Help help, List<OptionSpec> all, List<OptionSpec> options) {
        Help.Layout layout = help.createDefaultLayout(all, List.of(), help.colorScheme());
        layout.addOptions(options, help.parameterLabelRenderer());
        return layout.toString();
    }
}
