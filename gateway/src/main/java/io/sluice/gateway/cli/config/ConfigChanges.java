package io.sluice.gateway.cli.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * How one reading of the options differs from the one before.
 *
 * @param live those that change, by their names in the configuration file
 * @param waiting those that would, and need a restart
 */
public record ConfigChanges(List<String> live, List<String> waiting) {

    /** Finds the differences, and gives what needs a restart its value back. */
    public static ConfigChanges between(CommandSpec running, CommandSpec next) {
        ConfigChanges changes = new ConfigChanges(new ArrayList<>(), new ArrayList<>());
        for (ConfigOption setting : ConfigOption.inFile(next)) {
            OptionSpec option = setting.option();
            Object before =
                    Objects.requireNonNull(running.findOption(setting.flag())).getValue();
            if (Objects.equals(before, option.getValue())) {
                continue;
            }
            if (setting.isReloadable(before, option.getValue())) {
                changes.live.add(setting.key());
            } else {
                changes.waiting.add(setting.key());
                option.setValue(before);
            }
        }
        return changes;
    }
}
