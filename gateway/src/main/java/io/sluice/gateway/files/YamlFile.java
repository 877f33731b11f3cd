package io.sluice.gateway.files;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A YAML file that maps names to one text or a list of texts, with line numbers. Numbers and booleans are kept as text;
 * the user of an entry parses it. All faults are reported together, and their messages repeat nothing from the file
 * except valid names.
 *
 * @param entries the valid entries, in the file's order
 * @param faults what is invalid
 */
public record YamlFile(Map<String, Entry> entries, List<Fault> faults) {

    private static final int MAX_SYNTAX_FAULTS = 5;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern TAB = Pattern.compile("(?m)^ *\\t");

    /**
     * One value.
     *
     * @param text as written, without quotes
     * @param line its line, from 1
     */
    public record Text(String text, int line) {}

    /**
     * A name's value or values.
     *
     * @param line the name's line, from 1
     * @param isList whether it is written as a list
     * @param texts one text, or those of the list
     */
    public record Entry(int line, boolean isList, List<Text> texts) {}

    /**
     * An error in the file.
     *
     * @param line its line, from 1
     * @param message for the operator
     */
    public record Fault(int line, String message) {}

    /**
     * Parses a file.
     *
     * @param text the whole file
     * @return its valid entries and its faults
     */
    public static YamlFile parse(String text) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        List<Fault> faults = new ArrayList<>();
        Matcher tab = TAB.matcher(text);
        if (text.isEmpty()) {
            faults.add(new Fault(1, "the file is empty; add a comment line (#) if that is intended"));
        } else if (tab.find()) {
            faults.add(new Fault(lineAt(text, tab.start()), "a line starts with a tab; YAML allows only spaces"));
        } else {
            compose(text, faults, MAX_SYNTAX_FAULTS).forEach(tuple -> add(tuple, entries, faults));
        }
        return new YamlFile(entries, List.copyOf(faults));
    }

    /**
     * The entries of a text. Lines with a syntax error are left out and reported, so that the other lines are checked
     * too. If that does not help, only the first error is reported, because the next ones may follow from it.
     */
    private static List<NodeTuple> compose(String text, List<Fault> faults, int attempts) {
        try {
            // Composing does not construct objects, so tags in the file cannot instantiate anything.
            Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
            if (root == null || isNothing(root)) {
                return List.of();
            }
            if (root instanceof MappingNode mapping) {
                return mapping.getValue();
            }
            faults.add(new Fault(line(root.getStartMark()), "expected NAME: VALUE"));
        } catch (MarkedYAMLException e) {
            faults.add(new Fault(line(e.getProblemMark()), messageFor(text, e)));
            List<Fault> others = new ArrayList<>();
            List<NodeTuple> rest =
                    attempts == 0 || String.valueOf(e.getProblem()).contains("document")
                            ? List.of()
                            : compose(withoutLine(text, line(e.getProblemMark())), others, attempts - 1);
            if (!rest.isEmpty()) {
                faults.addAll(others);
            }
            return rest;
        } catch (YAMLException e) {
            faults.add(new Fault(1, "the file has a character that YAML does not allow, or is nested too deeply"));
        }
        return List.of();
    }

    private static String withoutLine(String text, int number) {
        String[] lines = text.split("\n", -1);
        lines[number - 1] = "#";
        return String.join("\n", lines);
    }

    private static void add(NodeTuple tuple, Map<String, Entry> entries, List<Fault> faults) {
        int line = line(tuple.getKeyNode().getStartMark());
        String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
        Node value = tuple.getValueNode();
        if (!NAME.matcher(name).matches()) {
            faults.add(new Fault(line, "the text before the colon is not a valid name"));
        } else if (entries.containsKey(name)) {
            faults.add(new Fault(
                    line,
                    "'" + name + "' is already set in line " + entries.get(name).line()));
        } else if (isNothing(value)) {
            faults.add(new Fault(line, "'" + name + "' has no value; put a # before the line to omit it"));
        } else if (value instanceof ScalarNode scalar) {
            entries.put(name, new Entry(line, false, List.of(text(scalar))));
        } else if (value instanceof SequenceNode list
                && list.getValue().stream().allMatch(item -> item instanceof ScalarNode && !isNothing(item))) {
            List<Text> texts = list.getValue().stream()
                    .map(item -> text((ScalarNode) item))
                    .toList();
            entries.put(name, new Entry(line, true, texts));
        } else {
            faults.add(new Fault(line, "'" + name + "' must be a value or a list of values"));
        }
    }

    private static boolean isNothing(Node value) {
        return value.getTag().equals(Tag.NULL);
    }

    private static Text text(ScalarNode scalar) {
        return new Text(scalar.getValue(), line(scalar.getStartMark()));
    }

    /** The YAML library's message, unless it would repeat text from the file. */
    private static String messageFor(String text, MarkedYAMLException e) {
        Mark mark = e.getProblemMark();
        String there = mark == null || mark.getIndex() >= text.length() ? "" : text.substring(mark.getIndex());
        String problem = String.valueOf(e.getProblem()).replaceAll("\\s+", " ");
        boolean quotesFile = String.valueOf(e.getContext()).matches(".*\\b(alias|anchor|tag|directive)\\b.*");
        if (quotesFile || (!there.isEmpty() && "*&!%@`{".indexOf(there.charAt(0)) >= 0)) {
            return "quote values that start with * & ! % @ or `, and in brackets also those with {";
        }
        if (problem.startsWith("mapping values are not allowed")) {
            return "unexpected colon and space; quote a value that contains them";
        }
        return "invalid YAML: " + problem;
    }

    private static int line(@Nullable Mark mark) {
        return mark == null ? 1 : mark.getLine() + 1;
    }

    private static int lineAt(String text, int index) {
        return (int) text.substring(0, index).lines().count() + (index == 0 || text.charAt(index - 1) == '\n' ? 1 : 0);
    }
}
