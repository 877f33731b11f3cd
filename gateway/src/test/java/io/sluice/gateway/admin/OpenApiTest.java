package io.sluice.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That the check of answers finds what is wrong with one. */
class OpenApiTest {

    private static final String GOOD = "{'sessionId':'0123456789ab','state':'live','way':'plain',"
            + "'since':'2026-11-22T20:13:15.489Z','streamKey':'live…','acceptedBytes':7}";

    private final OpenApi document = OpenApi.read();

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    @Test
    void aSoundAnswerPasses() {
        assertThat(document.complaints("get /api/streams/{sessionId}", 200, "application/json", json(GOOD)))
                .isEmpty();
        assertThat(document.complaints("get /api/streams", 200, "application/json", json("{'streams':[" + GOOD + "]}")))
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
                "{'sessionId':'0123456789ab','state':'live','way':'plain','since':'2026-11-22T20:13:15.489Z','token':'x'}",
                "{'sessionId':'0123456789ab','state':'live','way':'plain','since':'2026-11-22T20:13:15.489Z','streamKey':'live_123'}",
                "{'sessionId':'0123456789ab','state':'live','way':'plain','since':'2026-11-22T20:13:15.489Z','acceptedBytes':-1}",
            })
    void anAnswerThatIsNotAsDescribedIsFound(String body) {
        assertThat(document.complaints("get /api/streams/{sessionId}", 200, "application/json", json(body)))
                .isNotEmpty();
        assertThat(document.complaints("get /api/streams", 200, "application/json", json("{'streams':[" + body + "]}")))
                .isNotEmpty();
    }

    @Test
    void aStatusATypeAndAPathThatAreNotDescribedAreFound() {
        assertThat(document.complaints("get /api/streams", 418, "application/json", "{}"))
                .isNotEmpty();
        assertThat(document.complaints("get /api/streams", 200, "text/html", "{}"))
                .isNotEmpty();
        assertThat(document.complaints("get /api/keys", 200, "application/json", "{}"))
                .isNotEmpty();
        assertThat(document.complaints("get /api/streams", 200, "application/json", "{'streams':["))
                .isNotEmpty();
    }
}
