package io.sluice.gateway;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Every flag is an environment variable too: {@code --enhanced-rtmp} is {@code SLUICE_ENHANCED_RTMP}. The flag wins. */
record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {

    static String nameOf(OptionSpec option) {
        return "SLUICE_" + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option ? environment.get(nameOf(option)) : null;
    }

    /** Where a wrong value stands, for who did not type the flag that the message names; empty if it was typed. */
    String sourceOf(Exception error, List<String> arguments) {
        if (error instanceof ParameterException wrong && wrong.getArgSpec() instanceof OptionSpec option) {
            String name = nameOf(option);
            boolean typed = arguments.stream()
                    .anyMatch(argument -> Arrays.stream(option.names())
                            .anyMatch(flag -> argument.equals(flag) || argument.startsWith(flag + "=")));
            return !typed && environment.containsKey(name) ? " (set by " + name + ")" : "";
        }
        return "";
    }
}
