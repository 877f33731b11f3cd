package io.sluice.gateway.cli.config;

import io.sluice.gateway.files.FileStamp;
import io.sluice.gateway.files.TextFile;
import io.sluice.gateway.files.YamlFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The options that a configuration file sets.
 *
 * @param path the file
 * @param stamp the state of the file that was read
 * @param entries what it sets, by the current names of existing options
 * @param faults its errors, each with file and line
 * @param warnings deprecated names, each with file and line
 * @param isIncomplete whether lines could not be read, so that it may set more options
 */
public record ConfigFile(
        Path path,
        FileStamp stamp,
        Map<String, YamlFile.Entry> entries,
        List<String> faults,
        List<String> warnings,
        boolean isIncomplete) {

    /**
     * Reads a file. Blocks.
     *
     * @param path the file
     * @param known the options that it may contain
     * @throws IOException if it cannot be read
     */
    static ConfigFile read(Path path, List<ConfigOption> known) throws IOException {
        // Before the text, so that a change in between is noticed.
        FileStamp stamp = FileStamp.of(path);
        YamlFile file = YamlFile.parse(TextFile.read(path));
        Map<String, YamlFile.Entry> entries = new LinkedHashMap<>();
        List<YamlFile.Fault> faults = new ArrayList<>(file.faults());
        List<String> warnings = new ArrayList<>();
        file.entries().forEach((name, entry) -> {
            Optional<ConfigOption> option = known.stream()
                    .filter(candidate -> candidate.key().equals(name) || Objects.equals(candidate.formerKey(), name))
                    .findFirst();
            if (option.isEmpty()) {
                faults.add(new YamlFile.Fault(entry.line(), unknown(name, known)));
                return;
            }
            String key = option.get().key();
            if (!key.equals(name)) {
                warnings.add(path + ":" + entry.line() + ": '" + name + "' is deprecated; use '" + key + "'");
            }
            if (!key.equals(name) && file.entries().containsKey(key)) {
                faults.add(new YamlFile.Fault(
                        entry.line(), "'" + name + "' is the old name of '" + key + "', and both are set; remove it"));
            } else if (entry.isList() && !option.get().isList()) {
                faults.add(new YamlFile.Fault(entry.line(), "'" + name + "' accepts one value, not a list"));
            } else {
                entries.put(key, entry);
            }
        });
        List<String> lines = faults.stream()
                .sorted(Comparator.comparingInt(YamlFile.Fault::line))
                .map(fault -> path + ":" + fault.line() + ": " + fault.message())
                .toList();
        return new ConfigFile(
                path,
                stamp,
                entries,
                lines,
                List.copyOf(warnings),
                !file.faults().isEmpty());
    }

    private static String unknown(String name, List<ConfigOption> known) {
        List<String> keys = known.stream().map(ConfigOption::key).toList();
        return "unknown option '" + name + "'; the closest match is '" + ClosestMatch.of(name, keys) + "'";
    }

    /** Whether it sets an option; an empty list does not. */
    boolean sets(ConfigOption option) {
        return !texts(option).isEmpty();
    }

    List<YamlFile.Text> texts(ConfigOption option) {
        YamlFile.Entry entry = entries.get(option.key());
        return entry == null ? List.of() : entry.texts();
    }

    /** File and line of an invalid value. */
    String locationOf(ConfigOption option, String value) {
        List<YamlFile.Text> texts = texts(option);
        int line = texts.stream()
                .filter(text -> text.text().contains(value))
                .findFirst()
                .orElse(texts.get(0))
                .line();
        return path + ":" + line;
    }
}
