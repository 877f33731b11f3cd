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
 * A YAML file of names with a text or a list of texts each, and the line where everything stands. Numbers and the like are texts here: what a
 * name wants is not YAML's to know. What is wrong is told all at once, and repeats nothing of the file but sound names.
 *
 * @param entries what is sound, in the file's order
 * @param faults what is not
 */
public record YamlFile(Map<String, Entry> entries, List<Fault> faults) {

    private static final int MAX_SYNTAX_FAULTS = 5;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern TAB = Pattern.compile("(?m)^ *\\t");

    /**
     * One of a name's texts.
     *
     * @param text as written, without quotes
     * @param line where it stands, from 1
     */
    public record Text(String text, int line) {}

    /**
     * What a name has.
     *
     * @param line where the name stands, from 1
     * @param isList whether it is written as a list
     * @param texts one, or those of the list
     */
    public record Entry(int line, boolean isList, List<Text> texts) {}

    /**
     * Something that is wrong.
     *
     * @param line where, from 1
     * @param words what, for the operator
     */
    public record Fault(int line, String words) {}

    /**
     * Understands a file.
     *
     * @param text the whole of it
     * @return what it says, and what is wrong with it
     */
    public static YamlFile parse(String text) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        List<Fault> faults = new ArrayList<>();
        Matcher tab = TAB.matcher(text);
        if (text.isEmpty()) {
            faults.add(new Fault(1, "the file is empty; a line that starts with # would say that this is meant"));
        } else if (tab.find()) {
            faults.add(new Fault(lineAt(text, tab.start()), "a line begins with a tab; YAML takes spaces only"));
        } else {
            compose(text, faults, MAX_SYNTAX_FAULTS).forEach(tuple -> add(tuple, entries, faults));
        }
        return new YamlFile(entries, List.copyOf(faults));
    }

    /**
     * The entries of a text. Lines with a syntax error are left out and reported, so that the other lines are checked too.
     * If that does not help, only the first error is reported, because the next ones may follow from it.
     */
    private static List<NodeTuple> compose(String text, List<Fault> faults, int attempts) {
        try {
            // Composed and not constructed: no tag can make an object of anything.
            Node root = new Yaml(new LoaderOptions()).compose(new StringReader(text));
            if (root == null || isNothing(root)) {
                return List.of();
            }
            if (root instanceof MappingNode mapping) {
                return mapping.getValue();
            }
            faults.add(new Fault(line(root.getStartMark()), "this is no line of the form NAME: VALUE"));
        } catch (MarkedYAMLException e) {
            faults.add(new Fault(line(e.getProblemMark()), words(text, e)));
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
            faults.add(new Fault(line, "what stands before the colon is no name"));
        } else if (entries.containsKey(name)) {
            faults.add(new Fault(
                    line, "'" + name + "' stands in line " + entries.get(name).line() + " already"));
        } else if (isNothing(value)) {
            faults.add(new Fault(line, "'" + name + "' has no value; a # before the line leaves it out"));
        } else if (value instanceof ScalarNode scalar) {
            entries.put(name, new Entry(line, false, List.of(text(scalar))));
        } else if (value instanceof SequenceNode list
                && list.getValue().stream().allMatch(item -> item instanceof ScalarNode && !isNothing(item))) {
            List<Text> texts = list.getValue().stream()
                    .map(item -> text((ScalarNode) item))
                    .toList();
            entries.put(name, new Entry(line, true, texts));
        } else {
            faults.add(new Fault(line, "'" + name + "' must be one value, or a list of values"));
        }
    }

    private static boolean isNothing(Node value) {
        return value.getTag().equals(Tag.NULL);
    }

    private static Text text(ScalarNode scalar) {
        return new Text(scalar.getValue(), line(scalar.getStartMark()));
    }

    /** YAML's own words, but for what they would repeat of the file. */
    private static String words(String text, MarkedYAMLException e) {
        Mark mark = e.getProblemMark();
        String there = mark == null || mark.getIndex() >= text.length() ? "" : text.substring(mark.getIndex());
        String problem = String.valueOf(e.getProblem()).replaceAll("\\s+", " ");
        boolean named = String.valueOf(e.getContext()).matches(".*\\b(alias|anchor|tag|directive)\\b.*");
        if (named || (!there.isEmpty() && "*&!%@`{".indexOf(there.charAt(0)) >= 0)) {
            return "a value that begins with * & ! % @ or `, and in brackets one with {, must stand in quotes";
        }
        if (problem.startsWith("mapping values are not allowed")) {
            return "a colon and a space stand where they have no meaning; a value with them must stand in quotes";
        }
        return "this is no YAML: " + problem;
    }

    private static int line(@Nullable Mark mark) {
        return mark == null ? 1 : mark.getLine() + 1;
    }

    private static int lineAt(String text, int index) {
        return (int) text.substring(0, index).lines().count() + (index == 0 || text.charAt(index - 1) == '\n' ? 1 : 0);
    }
}
