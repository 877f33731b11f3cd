package io.sluice.gateway;

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
record SettingChanges(List<String> live, List<String> waiting) {

    /** Finds the differences, and gives what needs a restart its value back. */
    static SettingChanges between(CommandSpec running, CommandSpec next) {
        SettingChanges changes = new SettingChanges(new ArrayList<>(), new ArrayList<>());
        boolean tlsIsSwitched = hasTls(running) != hasTls(next);
        for (Setting setting : Setting.inFile(next)) {
            OptionSpec option = setting.option();
            Object before =
                    Objects.requireNonNull(running.findOption(setting.flag())).getValue();
            if (Objects.equals(before, option.getValue())) {
                continue;
            }
            if (setting.isLive() && !(tlsIsSwitched && ListenOptions.TLS.contains(setting.flag()))) {
                changes.live.add(setting.key());
            } else {
                changes.waiting.add(setting.key());
                option.setValue(before);
            }
        }
        return changes;
    }

    /** The files may change, but a listener that speaks no TLS does not learn it. */
    private static boolean hasTls(CommandSpec command) {
        return ListenOptions.TLS.stream()
                .allMatch(
                        flag -> Objects.requireNonNull(command.findOption(flag)).getValue() != null);
    }
}
