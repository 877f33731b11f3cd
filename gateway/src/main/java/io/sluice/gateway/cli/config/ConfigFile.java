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

/**
 * What the configuration file says of the options that there are.
 *
 * @param path the file
 * @param stamp which state of it was read
 * @param entries what it sets, by the names of options that exist
 * @param faults what is wrong with it, each with file and line
 */
public record ConfigFile(Path path, FileStamp stamp, Map<String, YamlFile.Entry> entries, List<String> faults) {

    /**
     * Reads it. Blocks.
     *
     * @param known the options that may stand in it
     * @throws IOException if it cannot be read
     */
    static ConfigFile read(Path path, List<ConfigOption> known) throws IOException {
        // Before the text, so that a change in between is seen as one.
        FileStamp stamp = FileStamp.of(path);
        YamlFile file = YamlFile.parse(TextFile.read(path));
        Map<String, YamlFile.Entry> entries = new LinkedHashMap<>();
        List<YamlFile.Fault> faults = new ArrayList<>(file.faults());
        file.entries()
                .forEach((name, entry) -> known.stream()
                        .filter(setting -> setting.key().equals(name))
                        .findFirst()
                        .ifPresentOrElse(
                                setting -> {
                                    if (entry.isList() && !setting.isList()) {
                                        faults.add(new YamlFile.Fault(
                                                entry.line(), "'" + name + "' takes one value, no list"));
                                    } else {
                                        entries.put(name, entry);
                                    }
                                },
                                () -> faults.add(new YamlFile.Fault(
                                        entry.line(),
                                        "there is no option '" + name + "'; the nearest is '"
                                                + ConfigOption.nearest(name, known)
                                                        .key() + "'"))));
        List<String> lines = faults.stream()
                .sorted(Comparator.comparingInt(YamlFile.Fault::line))
                .map(fault -> path + ":" + fault.line() + ": " + fault.message())
                .toList();
        return new ConfigFile(path, stamp, entries, lines);
    }

    /** Whether it says something of an option; an empty list says nothing. */
    boolean sets(ConfigOption setting) {
        return !texts(setting).isEmpty();
    }

    List<YamlFile.Text> texts(ConfigOption setting) {
        YamlFile.Entry entry = entries.get(setting.key());
        return entry == null ? List.of() : entry.texts();
    }

    /** Where a value stands that was found wrong. */
    String placeOf(ConfigOption setting, String value) {
        List<YamlFile.Text> texts = texts(setting);
        int line = texts.stream()
                .filter(text -> text.text().contains(value))
                .findFirst()
                .orElse(texts.get(0))
                .line();
        return path + ":" + line;
    }
}
