package io.sluice.gateway.guards;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each test that docs/security.md names as a proof exists, in any module, and each attack has one. */
class SecurityTableTest {

    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*Test)`");

    /** What proves a defence without being one class. */
    private static final String CANARY = "the canary";

    @Test
    void eachTestThatIsNamedExists() throws IOException {
        assertThat(testsNamedIn(document()))
                .hasSizeGreaterThan(50)
                .isSubsetOf(testsBelow(REPOSITORY))
                .contains("DistrustTest");
    }

    @Test
    void eachAttackHasATest() throws IOException {
        assertThat(withoutProof(document().lines().toList())).isEmpty();
    }

    @Test
    void whatIsMissingIsFound() {
        assertThat(testsNamedIn("| a | b | `ATest`, `BFuzzTest` |\n`CTest`"))
                .containsExactly("ATest", "BFuzzTest", "CTest");
        assertThat(withoutProof(List.of(
                        "| Attack | Defence | Test |",
                        "|---|---|---|",
                        "| with | d | `ATest` |",
                        "| without | d | |",
                        "",
                        "| Other | d | |")))
                .containsExactly("| without | d | |");
    }

    private static String document() throws IOException {
        return Files.readString(REPOSITORY.resolve("docs/security.md"));
    }

    private static Set<String> testsNamedIn(String text) {
        return TEST.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> withoutProof(List<String> lines) {
        boolean[] inTable = {false};
        return lines.stream()
                .filter(line -> {
                    boolean isHead = line.startsWith("| Attack | Defence | Test |");
                    inTable[0] = isHead || (inTable[0] && line.startsWith("|"));
                    return inTable[0] && !isHead && !line.startsWith("|---");
                })
                .filter(line -> !TEST.matcher(line).find() && !line.contains(CANARY))
                .toList();
    }

    private static Set<String> testsBelow(Path repository) throws IOException {
        Set<String> tests = new TreeSet<>();
        try (Stream<Path> modules = Files.list(repository)) {
            for (Path sources : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                try (Stream<Path> files = Files.walk(sources)) {
                    files.map(file -> String.valueOf(file.getFileName()))
                            .filter(name -> name.endsWith("Test.java"))
                            .forEach(name -> tests.add(name.replace(".java", "")));
                }
            }
        }
        return tests;
    }
}
