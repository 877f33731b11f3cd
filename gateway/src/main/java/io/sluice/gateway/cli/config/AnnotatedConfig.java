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
 * A configuration file to begin with: every option, commented out, with what its declaration says of it. Lines that begin with {@code # } are
 * prose; of those that begin with {@code #} alone, taking that away makes YAML.
 */
public final class AnnotatedConfig {

    private static final int WIDTH = 100;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9_./+-]*(:[A-Za-z0-9_./+-]+)*");
    private static final String HEAD = """
            # The configuration of Sluice %s: every option, with its default. Take away the # before a name, and set it.
            #
            # All names are options and variables, too: max-message-bytes is --max-message-bytes and
            # SLUICE_MAX_MESSAGE_BYTES. Options beat variables, and variables beat this file.
            #
            # The gateway notices when this file changes, and reads it again at SIGHUP. Streams that are live keep what they
            # began with, and a file with faults changes nothing; the log says which. --check-config tries it beforehand.
            #
            # URLs may hold stream keys: let nobody but the gateway's user read this file.
            """;

    private AnnotatedConfig() {}

    public static String of(CommandSpec command) {
        return HEAD.formatted(GatewayVersion.VERSION)
                + ConfigOption.inFile(command).stream()
                        .map(AnnotatedConfig::entry)
                        .collect(Collectors.joining());
    }

    private static String entry(ConfigOption setting) {
        // The default stands in the line below.
        String words = String.join(" ", setting.option().description())
                .replace(" (default: " + setting.option().defaultValue() + ")", "");
        return "\n" + prose(words) + (setting.isReloadable() ? "" : "# Needs a restart.\n") + lines(setting);
    }

    private static String prose(String words) {
        StringBuilder text = new StringBuilder();
        StringBuilder line = new StringBuilder("#");
        for (String word : words.split(" ", -1)) {
            if (line.length() + word.length() >= WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder("#");
            }
            line.append(' ').append(word);
        }
        return text.append(line).append('\n').toString();
    }

    private static String lines(ConfigOption setting) {
        List<String> values = values(setting.option());
        if (!setting.isList()) {
            return "#" + setting.key() + ": " + values.get(0) + "\n";
        }
        return "#" + setting.key() + ":\n"
                + values.stream().map(value -> "#  - " + value + "\n").collect(Collectors.joining());
    }

    /** What holds without the option; if that is nothing, what kind of thing it takes. */
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
