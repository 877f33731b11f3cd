package io.sluice.gateway.guards;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No line of Java has more than 120 columns, in any module. The formatter breaks code and javadoc, but neither string
 * literals nor comments in code.
 */
class LineLengthTest {

    private static final int MAX_COLUMNS = 120;
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    @Test
    void noLineIsTooLong() throws IOException {
        assertThat(REPOSITORY.resolve("pom.xml")).exists();
        assertThat(tooLong(REPOSITORY))
                .as("lines of more than %d columns", MAX_COLUMNS)
                .isEmpty();
    }

    @Test
    void aLineThatIsTooLongIsNamed(@TempDir Path seeded) throws IOException {
        Path source = Files.createDirectories(seeded.resolve("module/src/test/java/x"));
        Path generated = Files.createDirectories(seeded.resolve("module/target/generated-sources"));
        String longest = "// " + "ö".repeat(MAX_COLUMNS - 3);
        Files.writeString(source.resolve("Long.java"), longest + "\n" + longest + ".\nimport " + longest + ";\n");
        Files.writeString(generated.resolve("Generated.java"), longest + ".\n");
        assertThat(tooLong(seeded)).containsExactly("module/src/test/java/x/Long.java:2: 121 columns");
    }

    private static List<String> tooLong(Path repository) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(repository)) {
            for (Path sources : modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList()) {
                found.addAll(tooLongBelow(sources, repository));
            }
        }
        return found;
    }

    private static List<String> tooLongBelow(Path sources, Path repository) throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(sources)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".java")).sorted().toList()) {
                List<String> lines = Files.readAllLines(file);
                for (int i = 0; i < lines.size(); i++) {
                    int columns = lines.get(i).codePointCount(0, lines.get(i).length());
                    if (columns > MAX_COLUMNS && !lines.get(i).startsWith("import ")) {
                        found.add(repository.relativize(file) + ":" + (i + 1) + ": " + columns + " columns");
                    }
                }
            }
        }
        return found;
    }
}
