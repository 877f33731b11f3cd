package io.sluice.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The comparison of responses with the document finds deviations. */
class OpenApiTest {

    private static final String GOOD = "{'sessionId':'0123456789ab','state':'live','way':'plain',"
            + "'since':'2026-11-22T20:13:15.489Z','streamKey':'live…','acceptedBytes':7}";

    private static final String BASE =
            "{'sessionId':'0123456789ab','state':'live','way':'plain','since':'2026-11-22T20:13:15.489Z'";

    private final OpenApi document = OpenApi.read();

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Test
    void aValidResponsePasses() {
        assertThat(document.problems("get /api/streams/{sessionId}", 200, "application/json", json(GOOD)))
                .isEmpty();
        assertThat(document.problems("get /api/streams", 200, "application/json", json("{'streams':[" + GOOD + "]}")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{'sessionId':'0123456789ab','state':'live','way':'plain'}",
                "{'sessionId':'7','state':'live','way':'plain','since':'2026-11-22T20:13:15.489Z'}",
                "{'sessionId':'0123456789ab','state':'dead','way':'plain','since':'2026-11-22T20:13:15.489Z'}",
                "{'sessionId':'0123456789ab','state':'live','way':'plain','since':'yesterday'}",
                BASE + ",'token':'x'}",
                BASE + ",'streamKey':'live_123'}",
                BASE + ",'acceptedBytes':-1}",
            })
    void anAnswerThatIsNotAsDescribedIsFound(String body) {
        assertThat(document.problems("get /api/streams/{sessionId}", 200, "application/json", json(body)))
                .isNotEmpty();
        assertThat(document.problems("get /api/streams", 200, "application/json", json("{'streams':[" + body + "]}")))
                .isNotEmpty();
    }

    @Test
    void aStatusATypeAndAPathThatAreNotDescribedAreFound() {
        assertThat(document.problems("get /api/streams", 418, "application/json", "{}"))
                .isNotEmpty();
        assertThat(document.problems("get /api/streams", 200, "text/html", "{}"))
                .isNotEmpty();
        assertThat(document.problems("get /api/keys", 200, "application/json", "{}"))
                .isNotEmpty();
        assertThat(document.problems("get /api/streams", 200, "application/json", "{'streams':["))
                .isNotEmpty();
    }
}
