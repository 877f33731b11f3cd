package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares the examples and tables in docs/protocol.md with the code. */
class ProtocolPageTest {

    private static final Pattern EXAMPLE = Pattern.compile("```json\n(.*?)\n```", Pattern.DOTALL);
    private static final Pattern FAILURE_ROW =
            Pattern.compile("^\\| `([a-z-]+)` \\| (\\d{4}) \\| (yes|no) \\|", Pattern.MULTILINE);
    private static final Pattern SECTION =
            Pattern.compile("^### `([a-z]+)`\n(.*?)(?=^##)", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern FIELD_ROW = Pattern.compile("^\\| `([A-Za-z.]+)` \\| (yes)? ?\\|", Pattern.MULTILINE);

    private final String page = AsyncApi.docs("protocol.md");

    @Test
    void everyExampleIsUnderstoodWhole() {
        List<String> types = new ArrayList<>();
        for (MatchResult match : EXAMPLE.matcher(page).results().toList()) {
            String example = match.group(1);
            String again = Samples.roundTrip(example);
            assertThat(again).isEqualTo(example);
            types.add(again.replaceFirst("^\\{\"type\":\"([a-z]+)\".*", "$1"));
        }
        assertThat(types)
                .containsExactlyInAnyOrderElementsOf(AsyncApi.read().messages().keySet());
    }

    @Test
    void everyMessageIsDescribedWithAllItsFields() {
        AsyncApi document = AsyncApi.read();
        Map<String, List<String>> described = new TreeMap<>();
        SECTION.matcher(page)
                .results()
                .forEach(section -> described.put(
                        section.group(1),
                        FIELD_ROW
                                .matcher(section.group(2))
                                .results()
                                .map(row -> row.group(1) + (row.group(2) == null ? "" : " required"))
                                .toList()));

        assertThat(described.keySet()).isEqualTo(document.messages().keySet());
        described.forEach((type, fields) -> assertThat(fields)
                .as(type)
                .containsExactlyElementsOf(document.fields(type).entrySet().stream()
                        .map(field -> field.getKey() + (field.getValue().required() ? " required" : ""))
                        .toList()));
    }

    @Test
    void theTableOfFailuresIsTheCodes() {
        List<String> rows = FAILURE_ROW
                .matcher(page)
                .results()
                .map(row -> row.group(1) + " " + row.group(2) + " " + row.group(3))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(Arrays.stream(FailureCode.values())
                        .map(code -> code.reason() + " " + code.closeCode() + " " + (code.retryable() ? "yes" : "no"))
                        .toList());
    }

    @Test
    void everyLinkWithinThePageLeadsSomewhere() {
        List<String> anchors = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE)
                .matcher(page)
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^a-z0-9 -]", "")
                        .replace(' ', '-'))
                .toList();

        assertThat(Pattern.compile("\\]\\(#([^)]*)\\)").matcher(page).results().map(link -> link.group(1)))
                .isNotEmpty()
                .isSubsetOf(anchors);
    }
}
