package io.sluice.gateway.cli.config;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option by its three names: {@code --max-message-bytes}, {@code SLUICE_MAX_MESSAGE_BYTES}, and
 * {@code max-message-bytes} in the configuration file. Everything about it is read from its declaration.
 *
 * @param option the declaration, which also holds the value
 */
public record ConfigOption(OptionSpec option) {

    private static final String VARIABLE_PREFIX = "SLUICE_";

    /**
     * All options that configure a start. Help, version and the like are not among them.
     *
     * @param command the command that declares them
     * @return in the order of their declaration
     */
    public static List<ConfigOption> in(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .map(ConfigOption::new)
                .filter(option -> option.isInFile() || option.flag().equals(ConfigOptions.CONFIG))
                .toList();
    }

    /**
     * The options that the configuration file may contain.
     *
     * @param command the command that declares them
     * @return in the order of their declaration
     */
    public static List<ConfigOption> inFile(CommandSpec command) {
        return in(command).stream().filter(ConfigOption::isInFile).toList();
    }

    /**
     * The name of the environment variable for a flag.
     *
     * @param flag with its dashes
     * @return such as {@code SLUICE_PORT}
     */
    public static String variableFor(String flag) {
        return VARIABLE_PREFIX + flag.substring(2).replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /**
     * Whether an environment variable is meant for Sluice.
     *
     * @param variable its name
     * @return true if it has the prefix of all options
     */
    static boolean isVariable(String variable) {
        return variable.startsWith(VARIABLE_PREFIX);
    }

    /**
     * The name on the command line.
     *
     * @return such as {@code --max-message-bytes}
     */
    public String flag() {
        return option.longestName();
    }

    /**
     * The name in the configuration file.
     *
     * @return such as {@code max-message-bytes}
     */
    public String key() {
        return flag().substring(2);
    }

    String variable() {
        return variableFor(flag());
    }

    /** The old flag of a renamed option, or null. */
    @Nullable
    String formerFlag() {
        FormerName former = annotation(FormerName.class);
        return former == null ? null : "--" + former.value();
    }

    @Nullable
    String formerKey() {
        String former = formerFlag();
        return former == null ? null : former.substring(2);
    }

    @Nullable
    String formerVariable() {
        String former = formerFlag();
        return former == null ? null : variableFor(former);
    }

    /**
     * The heading under which help lists the option.
     *
     * @return the {@link OptionGroup} of the declaring class, or an empty string
     */
    public String group() {
        OptionGroup group = option.userObject() instanceof Field field
                ? field.getDeclaringClass().getAnnotation(OptionGroup.class)
                : null;
        return group == null ? "" : group.value();
    }

    boolean isList() {
        return option.isMultiValue();
    }

    /**
     * Whether a changed value applies without a restart.
     *
     * @return true if any change of it does
     */
    public boolean isReloadable() {
        return reloadable() != null;
    }

    /** Whether this change applies without a restart. */
    boolean isReloadable(@Nullable Object before, @Nullable Object after) {
        Reloadable reloadable = reloadable();
        return reloadable != null && !(reloadable.replaceOnly() && (before == null || after == null));
    }

    private @Nullable Reloadable reloadable() {
        Reloadable own = annotation(Reloadable.class);
        return own == null && option.userObject() instanceof Field field
                ? field.getDeclaringClass().getAnnotation(Reloadable.class)
                : own;
    }

    private <A extends Annotation> @Nullable A annotation(Class<A> type) {
        return option.userObject() instanceof Field field ? field.getAnnotation(type) : null;
    }

    private boolean isInFile() {
        return !(option.userObject() instanceof Field field
                && Objects.equals(field.getDeclaringClass(), ConfigOptions.class));
    }
}
