package io.sluice.gateway.cli.config;

import io.sluice.gateway.GatewayVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * A template for a configuration file: every option, commented out, with its description. Lines that start with
 * {@code # } are text; of lines that start with {@code #} alone, removing it makes YAML.
 */
public final class AnnotatedConfig {

    private static final int WIDTH = 100;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9_./+-]*(:[A-Za-z0-9_./+-]+)*");
    private static final String HEAD = """
            # Configuration of Sluice %s: every option with its default. To set one, remove the # in front.
            #
            # Each option is also a flag and an environment variable: max-message-bytes is --max-message-bytes
            # and SLUICE_MAX_MESSAGE_BYTES. Flags override variables, and variables override this file.
            #
            # Sizes: 64K, 5M, 1G (powers of 1024). Bit rates: 2500k, 5M (powers of 1000). Durations: 500ms,
            # 10s, 2m, 1h. Switches: true or yes, false or no.
            #
            # The gateway reloads this file when it changes, and at SIGHUP. Live streams keep their settings. A
            # file with errors changes nothing; the log names them. --check-config checks it beforehand.
            #
            # URLs may contain stream keys: make this file readable for the gateway's user only.
            """;

    private AnnotatedConfig() {}

    /**
     * Writes the template.
     *
     * @param command the command that declares the options
     * @return the text of the file
     */
    public static String of(CommandSpec command) {
        StringBuilder text = new StringBuilder(HEAD.formatted(GatewayVersion.VERSION));
        String group = "";
        for (ConfigOption option : ConfigOption.inFile(command)) {
            if (!option.group().equals(group)) {
                group = option.group();
                text.append("\n# === ").append(group).append(" ===\n");
            }
            text.append(entry(option));
        }
        return text.toString();
    }

    private static String entry(ConfigOption option) {
        // The line below has the default.
        String description = String.join(" ", option.option().description())
                .replace(" (default: " + option.option().defaultValue() + ")", "");
        return "\n" + comment(description)
                + (option.isReloadable() ? "" : "# Changes require a restart.\n")
                + lines(option);
    }

    private static String comment(String description) {
        StringBuilder text = new StringBuilder();
        StringBuilder line = new StringBuilder("#");
        for (String word : description.split(" ", -1)) {
            if (line.length() + word.length() >= WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder("#");
            }
            line.append(' ').append(word);
        }
        return text.append(line).append('\n').toString();
    }

    private static String lines(ConfigOption option) {
        List<String> values = values(option.option());
        if (!option.isList()) {
            return "#" + option.key() + ": " + values.get(0) + "\n";
        }
        return "#" + option.key() + ":\n"
                + values.stream().map(value -> "#  - " + value + "\n").collect(Collectors.joining());
    }

    /** The default; without one, the kind of value. */
    private static List<String> values(OptionSpec option) {
        @Nullable String text = option.defaultValue();
        if (text == null) {
            return List.of(isSwitch(option) ? "false" : quoted(option.paramLabel()));
        }
        String separator = option.splitRegex();
        List<String> values = new ArrayList<>(
                option.isMultiValue() && !separator.isEmpty()
                        ? Arrays.asList(text.split(separator, -1))
                        : List.of(text));
        values.replaceAll(AnnotatedConfig::quoted);
        return values;
    }

    private static boolean isSwitch(OptionSpec option) {
        return option.type() == boolean.class;
    }

    private static String quoted(String value) {
        return PLAIN.matcher(value).matches() ? value : "'" + value.replace("'", "''") + "'";
    }
}
