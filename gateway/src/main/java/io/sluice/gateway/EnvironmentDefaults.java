package io.sluice.gateway;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Every flag is an environment variable too: {@code --enhanced-rtmp} is {@code SLUICE_ENHANCED_RTMP}. The flag wins. */
record EnvironmentDefaults(Map<String, String> environment) implements IDefaultValueProvider {

    static String nameOf(OptionSpec option) {
        return "SLUICE_" + option.longestName().substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        return argument instanceof OptionSpec option ? environment.get(nameOf(option)) : null;
    }
}
