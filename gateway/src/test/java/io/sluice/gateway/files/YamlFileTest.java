package io.sluice.gateway.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlFileTest {

    private static String read(String text) {
        YamlFile file = YamlFile.parse(text);
        assertThat(file.faults()).isEmpty();
        return file.entries().entrySet().stream()
                .map(entry -> entry.getValue().line() + " " + entry.getKey() + "="
                        + entry.getValue().texts().stream()
                                .map(YamlFile.Text::text)
                                .toList())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void everyValueIsATextAsItWasWritten() {
        assertThat(read("""
                        # a comment
                        port: 8080
                        octal: 0777
                        on: yes
                        time: 10s
                        sixty: 12:30:45
                        url: rtmp://host/app/{streamKey}?a=b#c   # after a space it is a comment
                        quoted: '*'
                        other: "a: b"
                        """)).isEqualTo("""
                        2 port=[8080]
                        3 octal=[0777]
                        4 on=[yes]
                        5 time=[10s]
                        6 sixty=[12:30:45]
                        7 url=[rtmp://host/app/{streamKey}?a=b#c]
                        8 quoted=[*]
                        9 other=[a: b]""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a: [x, y]\n", "a:\n  - x\n  - y\n", "a:\n- x\n- y", "\uFEFFa: [x, 'y']", "a: [\n x, y]\r\n"})
    void aListHasSeveral(String text) {
        assertThat(read(text)).isEqualTo("1 a=[x, y]");
        assertThat(YamlFile.parse(text).entries().values()).singleElement().matches(YamlFile.Entry::isList);
    }

    @Test
    void theTextsOfAListKnowTheirLines() {
        assertThat(YamlFile.parse("\na:\n  - x\n\n  - y\n").entries().get("a"))
                .isEqualTo(new YamlFile.Entry(2, true, List.of(new YamlFile.Text("x", 3), new YamlFile.Text("y", 5))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"# nothing\n", "---\n", "\n", "# a\n---\n# b\n"})
    void aFileThatSetsNothingIsSound(String text) {
        assertThat(read(text)).isEmpty();
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("", 1, "empty"),
                Arguments.of("a: 1\n\tb: 2\n", 2, "tab"),
                Arguments.of("\ta: 1\n", 1, "tab"),
                Arguments.of("a:\n  - x\n \t- y\n", 3, "tab"),
                Arguments.of("a: 1\nb: 2\na: 3\n", 3, "'a' is already set in line 1"),
                Arguments.of("a: 1\nb:\nc: 3\n", 2, "'b' has no value"),
                Arguments.of("a: ~\n", 1, "'a' has no value"),
                Arguments.of("a:\n  - x\n  -\n", 1, "'a' must be a value or a list"),
                Arguments.of("a:\n  b: s3cr3t\n", 1, "'a' must be a value or a list"),
                Arguments.of("a: [[s3cr3t]]\n", 1, "'a' must be a value or a list"),
                Arguments.of("- s3cr3t\n", 1, "NAME: VALUE"),
                Arguments.of("s3cr3t\n", 1, "NAME: VALUE"),
                Arguments.of("a: 1\nhost:s3cr3t\n", 3, "invalid YAML"),
                Arguments.of("a: *\n", 1, "quote"),
                Arguments.of("a: *s3cr3t\n", 1, "quote"),
                Arguments.of("a: &\n", 1, "quote"),
                Arguments.of("a: @s3cr3t\n", 1, "quote"),
                Arguments.of("a: !x!s3cr3t y\n", 1, "quote"),
                Arguments.of("a: [rtmp://s3cr3t/{streamKey}]\n", 1, "quote"),
                Arguments.of("a: rtmp://s3cr3t: x\n", 1, "quote"),
                Arguments.of("a: 1\n  b: s3cr3t\n", 2, "quote"),
                Arguments.of("a: \"s3cr3t\n", 2, "invalid YAML"),
                Arguments.of("a: 's3cr3t\nb: 1\n", 3, "invalid YAML"),
                Arguments.of("a: 1\n---\na: 2\n", 2, "invalid YAML"),
                Arguments.of("rtmp://s3cr3t/a b: 1\n", 1, "is not a valid name"),
                Arguments.of("? [s3cr3t]\n: 3\n", 1, "is not a valid name"),
                Arguments.of("a: \u0001\n", 1, "does not allow"),
                Arguments.of("a: " + "[".repeat(10_000), 1, "too deeply"));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void whatIsWrongIsToldWithItsLineAndNothingOfTheText(String text, int line, String message) {
        List<YamlFile.Fault> faults = YamlFile.parse(text).faults();
        assertThat(faults).singleElement().satisfies(fault -> {
            assertThat(fault.line()).isEqualTo(line);
            assertThat(fault.message()).contains(message).doesNotContain("s3cr3t", "\n");
        });
    }

    @Test
    void allThatIsWrongIsToldAtOnceAndTheRestIsThere() {
        YamlFile file = YamlFile.parse("a: 1\na: 2\nb:\nc: {d: e}\nf: 3\n");
        assertThat(file.faults()).extracting(YamlFile.Fault::line).containsExactly(2, 3, 4);
        assertThat(file.entries()).containsOnlyKeys("a", "f");
    }

    @Test
    void namesThatStandForOthersDoNotMakeItGrow() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 60; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(YamlFile.parse(bomb.toString()).faults()).isNotEmpty();
    }
}
