package io.sluice.gateway.cli.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The difference between two loads of the configuration.
 *
 * @param applied options whose new value applies, by their names in the configuration file
 * @param restartRequired options whose new value needs a restart
 */
public record ConfigChanges(List<String> applied, List<String> restartRequired) {

    /**
     * Compares two loads, and sets each option that needs a restart back to its previous value.
     *
     * @param running the options of the configuration that is active
     * @param next the options that were loaded now; changed by this method
     * @return the difference
     */
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
                changes.applied.add(setting.key());
            } else {
                changes.restartRequired.add(setting.key());
                option.setValue(before);
            }
        }
        return changes;
    }
}
