package io.sluice.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Compares the messages, endpoints and failures in docs/asyncapi.yaml with the code, in both directions. */
class AsyncApiTest {

    private final AsyncApi document = AsyncApi.read();

    @Test
    void theSamplesLeaveNoMessageAndNoFieldOut() throws ReflectiveOperationException {
        assertSamples(ClientMessage.class, Samples.FULL_CLIENT_MESSAGES, Samples.BARE_CLIENT_MESSAGES);
        assertSamples(ServerMessage.class, Samples.FULL_SERVER_MESSAGES, Samples.BARE_SERVER_MESSAGES);
        for (Object message : Samples.FULL_CLIENT_MESSAGES) {
            assertNoNull((Record) message);
        }
        for (Object message : Samples.FULL_SERVER_MESSAGES) {
            assertNoNull((Record) message);
        }
    }

    @Test
    void theMessagesAreTheCodes() {
        Set<String> types = new TreeSet<>(Samples.CLIENT_TYPES);
        types.addAll(Samples.SERVER_TYPES);

        assertThat(document.messages().keySet()).isEqualTo(types);
    }

    @Test
    void everyMessageHasTheRightDirection() {
        Set<String> received = new TreeSet<>();
        Set<String> sent = new TreeSet<>();
        for (JsonNode operation : document.at("/operations")) {
            boolean receives = operation.path("action").textValue().equals("receive");
            (receives ? received : sent).addAll(AsyncApi.names(operation.path("messages")));
            sent.addAll(AsyncApi.names(operation.at("/reply/messages")));
        }
        received.remove("media");

        assertThat(received).isEqualTo(Samples.CLIENT_TYPES);
        assertThat(sent).isEqualTo(Samples.SERVER_TYPES);
    }

    @Test
    void thePlainEndpointsAcceptOnlyMediaAndStop() {
        for (String channel : List.of("plain", "pxy")) {
            assertThat(document.at("/channels/" + channel + "/messages").fieldNames())
                    .toIterable()
                    .containsExactlyInAnyOrder("media", "stop");
        }
    }

    @Test
    void theLimitsAreTheCodes() {
        assertThat(document.at("/components/schemas/Open/properties/offers/maxItems")
                        .intValue())
                .isEqualTo(Open.MAX_OFFERS);
        assertThat(document.at("/components/schemas/MimeType/maxLength").intValue())
                .isEqualTo(MediaFormat.MAX_LENGTH);
        assertThat(document.at("/components/schemas/StreamKey/maxLength").intValue())
                .isEqualTo(StreamKey.MAX_LENGTH);
    }

    @Test
    void theKeysPatternIsTheCodes() {
        Pattern pattern = Pattern.compile(
                document.at("/components/schemas/StreamKey/pattern").textValue());
        IntStream.range(0, 256).mapToObj(c -> String.valueOf((char) c)).forEach(c -> {
            for (String key : List.of(c, "k" + c)) {
                assertThat(pattern.matcher(key).matches())
                        .as("key <%s>", key)
                        .isEqualTo(StreamKey.parse(key).toOptional().isPresent());
            }
        });
    }

    @Test
    void theFailuresAreTheCodes() {
        Map<String, String> documented = new TreeMap<>();
        document.at("/components/schemas/FailureCode/x-failures")
                .properties()
                .forEach(entry -> documented.put(
                        entry.getKey(),
                        entry.getValue().path("closeCode").asText() + " "
                                + entry.getValue().path("retryable").asText()));
        Map<String, String> actual = Arrays.stream(FailureCode.values())
                .collect(Collectors.toMap(FailureCode::reason, code -> code.closeCode() + " " + code.retryable()));

        assertThat(documented).isEqualTo(actual);
        assertThat(document.at("/components/schemas/FailureCode/enum"))
                .extracting(JsonNode::textValue)
                .containsExactlyElementsOf(Arrays.stream(FailureCode.values())
                        .map(FailureCode::reason)
                        .toList());
    }

    @Test
    void theWaysToHandleATrackAreTheCodes() {
        assertThat(document.at("/components/schemas/TrackHandling/enum"))
                .extracting(JsonNode::textValue)
                .containsExactlyElementsOf(Arrays.stream(TrackHandling.values())
                        .map(TrackHandling::wireName)
                        .toList());
    }

    @Test
    void theModesAndStatesAreTheCodes() {
        assertThat(document.at("/components/schemas/Resumed/properties/mode/enum"))
                .extracting(JsonNode::textValue)
                .containsExactlyElementsOf(Arrays.stream(Resumed.Mode.values())
                        .map(Resumed.Mode::wireName)
                        .toList());
        assertThat(document.at("/components/schemas/Output/properties/state/enum"))
                .extracting(JsonNode::textValue)
                .containsExactlyElementsOf(Arrays.stream(Output.State.values())
                        .map(Output.State::wireName)
                        .toList());
    }

    @Test
    void theExamplesAreUnderstoodWhole() {
        document.messages().forEach((type, message) -> {
            assertThat(message.path("examples")).as(type).isNotEmpty();
            for (JsonNode example : message.path("examples")) {
                String payload = example.path("payload").toString();
                assertThat(Samples.roundTrip(payload)).as(type).isEqualTo(payload);
            }
        });
    }

    private static void assertSamples(Class<?> sealed, List<?>... samples) {
        for (List<?> list : samples) {
            assertThat(list).extracting(Object::getClass).containsExactlyInAnyOrder(sealed.getPermittedSubclasses());
        }
    }

    private static void assertNoNull(Record message) throws ReflectiveOperationException {
        for (var component : message.getClass().getRecordComponents()) {
            Object value = component.getAccessor().invoke(message);
            assertThat(value).as("%s of %s", component.getName(), message).isNotNull();
            if (value instanceof Record nested) {
                assertNoNull(nested);
            }
        }
    }
}
