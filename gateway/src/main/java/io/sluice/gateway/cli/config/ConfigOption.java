package io.sluice.gateway.cli.config;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option by its three names: {@code --max-message-bytes}, {@code SLUICE_MAX_MESSAGE_BYTES}, and {@code max-message-bytes} in the
 * configuration file. All that is to be known of it comes from its declaration.
 *
 * @param option the declaration, which holds the value too
 */
public record ConfigOption(OptionSpec option) {

    private static final Pattern HUMP = Pattern.compile("([a-z])([A-Z])");

    /** All of a command's options but those that ask for something else than a start. */
    public static List<ConfigOption> in(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .map(ConfigOption::new)
                .filter(setting -> setting.isInFile() || setting.flag().equals(ConfigOptions.CONFIG))
                .toList();
    }

    /** Those of them that may stand in the configuration file. */
    public static List<ConfigOption> inFile(CommandSpec command) {
        return in(command).stream().filter(ConfigOption::isInFile).toList();
    }

    /** The one whose name is most like what somebody wrote, in whichever of the three ways. */
    static ConfigOption nearest(String written, Collection<ConfigOption> known) {
        String meant = HUMP.matcher(written.replaceFirst("^(--|SLUICE_)", ""))
                .replaceAll("$1-$2")
                .replaceAll("[_.]", "-")
                .toLowerCase(Locale.ROOT);
        return known.stream()
                .min(Comparator.comparingInt(setting -> distance(meant, setting.key())))
                .orElseThrow();
    }

    /** How many letters have to be changed, added or left out to make one of the other. */
    private static int distance(String one, String other) {
        int[] row = IntStream.rangeClosed(0, other.length()).toArray();
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int changed = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }

    public String flag() {
        return option.longestName();
    }

    public String key() {
        return flag().substring(2);
    }

    String variable() {
        return "SLUICE_" + key().replace('-', '_').toUpperCase(Locale.ROOT);
    }

    boolean isList() {
        return option.isMultiValue();
    }

    /** Whether any change of it takes effect without a restart. */
    public boolean isReloadable() {
        return reloadable() != null;
    }

    /** Whether this change takes effect without a restart. */
    boolean isReloadable(@Nullable Object before, @Nullable Object after) {
        Reloadable reloadable = reloadable();
        return reloadable != null && !(reloadable.replaceOnly() && (before == null || after == null));
    }

    private @Nullable Reloadable reloadable() {
        if (!(option.userObject() instanceof Field field)) {
            return null;
        }
        Reloadable own = field.getAnnotation(Reloadable.class);
        return own != null ? own : field.getDeclaringClass().getAnnotation(Reloadable.class);
    }

    private boolean isInFile() {
        return !(option.userObject() instanceof Field field && field.getDeclaringClass() == ConfigOptions.class);
    }
}
