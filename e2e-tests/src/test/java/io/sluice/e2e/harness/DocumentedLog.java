package io.sluice.e2e.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The log lines in the operators' documentation, to be found in the log of a gateway. */
public final class DocumentedLog {

    private static final Path PAGE = Path.of("../docs/operating.md");
    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z";

    private DocumentedLog() {}

    /** Checks that a documented line with these words was logged; only numbers, times and names may differ. */
    public static void assertLogged(GatewayProcess gateway, String words) {
        String documented = documented(words);
        String quoted = Pattern.quote(documented)
                .replace("[…]", "\\E.*\\Q")
                .replaceAll(TIME, "\\\\E" + TIME.replace("\\", "\\\\") + "\\\\Q")
                .replaceAll("\\[[0-9a-f]{12}]", "[\\\\E[0-9a-f]{12}\\\\Q]")
                .replaceAll("rtmp://[a-z0-9.:]+", "rtmp://\\\\E[0-9.:]+\\\\Q")
                .replaceAll("\\d+ ms", "\\\\E\\\\d+\\\\Q ms");
        assertThat(gateway.output()).as(documented).containsPattern(quoted);
    }

    private static String documented(String words) {
        try {
            return Files.readString(PAGE)
                    .lines()
                    .filter(line -> line.matches(TIME + " .*") && line.contains(words))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("operating.md has no log line with: " + words));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
